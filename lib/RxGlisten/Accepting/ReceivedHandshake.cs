namespace RxGlisten;

/// <summary>The handshake of a connection in a listener's books.</summary>
internal sealed class ReceivedHandshake(Connection connection, TlsConnection tls, IReception reception, HandshakeDesk desk) : Handshake(tls, desk)
{
    public override void Cut(CloseReason cause) => connection.Closing.Abort(cause);

    protected override ValueTask EndAsync(CloseReason? failure)
    {
        if (failure is null)
            return reception.DeliverAsync(connection);
        reception.ReportHandshake(connection, connection.Closing.Refuse(failure));
        return default;
    }
}
