namespace RxGlisten;

/// <summary>What a listener is for its acceptors.</summary>
internal interface IReception
{
    /// <summary>An accept begins. False when accepting is over: there is nothing to end then.</summary>
    bool TryBegin();

    /// <summary>The accept that began gave no connection, or one that was turned away.</summary>
    void End();

    /// <summary>
    /// The accept gave a connection, which has a slot. Completes when it was delivered, or reset because accepting is over; where there is a handshake to make, when
    /// that began.
    /// </summary>
    ValueTask TakeAsync(ITransportConnection accepted);

    /// <summary>The connection's handshake is over. Completes when it was delivered, or reset because accepting is over.</summary>
    ValueTask DeliverAsync(Connection connection);

    /// <summary>The connection's handshake failed, for this reason; it is closed.</summary>
    void ReportHandshake(Connection connection, CloseReason reason);

    /// <summary>The accept gave a connection for which there is no slot.</summary>
    void TurnAway(ITransportConnection accepted);

    /// <summary>The accept failed.</summary>
    void Report(AcceptError error, Exception? exception);
}
