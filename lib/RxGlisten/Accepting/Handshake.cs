namespace RxGlisten;

/// <summary>A TLS handshake under way, and the connection that nobody was given yet. It ends with the connection delivered, or closed.</summary>
internal sealed class Handshake(Connection connection, TlsConnection tls, HandshakeDesk desk) : IThreadPoolWorkItem
{
    private Task _run = Task.CompletedTask;

    /// <summary>When it began, by the desk's clock.</summary>
    public TimeSpan Started { get; init; }

    /// <summary>Its place among those under way; guarded by the desk.</summary>
    public LinkedListNode<Handshake>? Place { get; set; }

    /// <summary>The turn in which it begins: never on the acceptor's stack, which has others to accept.</summary>
    public void Execute() => _run = RunAsync();

    /// <summary>Ends it, and the connection.</summary>
    public void Cut(CloseReason reason) => connection.Closing.Abort(reason);

    private async Task RunAsync()
    {
        var failure = await tls.HandshakeAsync().ConfigureAwait(false);
        desk.Settle(this);
        if (failure is null)
            await desk.Reception.DeliverAsync(connection).ConfigureAwait(false);
        else
            desk.Reception.ReportHandshake(connection, connection.Closing.Refuse(failure));
        desk.Leave();
    }
}
