namespace RxGlisten;

/// <summary>Somebody who is told how a connection ends: a server operator, a group. Called without locks held; must not throw.</summary>
internal interface IConnectionWatcher
{
    /// <summary>The connection is closed: <see cref="IConnection.Closed"/> has completed.</summary>
    void OnClosed(CloseReason reason);

    /// <summary>... and its inbound subscriber, if any, was told of the end: nothing will come from it any more.</summary>
    void OnSettled();
}
