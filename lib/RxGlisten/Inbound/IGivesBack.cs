namespace RxGlisten;

/// <summary>An observer of what a connection receives that may leave with bytes unused: they go to the next subscriber, before all others.</summary>
internal interface IGivesBack
{
    /// <summary>
    /// What it was given and has not used, once. Called under the connection's lock, when it has unsubscribed and no call of it is running or to come.
    /// </summary>
    /// <returns>Bytes that last as long as what the running, or last, call was given.</returns>
    ReadOnlyMemory<byte> GiveBack();
}
