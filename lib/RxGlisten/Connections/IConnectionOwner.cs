namespace RxGlisten;

/// <summary>Who accepted a connection and wants its slot back.</summary>
internal interface IConnectionOwner
{
    /// <summary>The one token of all its connections.</summary>
    CancellationToken Draining { get; }

    /// <summary>The descriptor is closed; called once, before <see cref="IConnection.Closed"/> completes, outside locks.</summary>
    void Release(Connection connection, CloseReason reason);

    /// <summary><see cref="IConnection.Closed"/> has completed; called once, after <see cref="Release"/>, outside locks.</summary>
    void Ended(Connection connection);
}
