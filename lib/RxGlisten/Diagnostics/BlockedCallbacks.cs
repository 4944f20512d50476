namespace RxGlisten;

/// <summary>Counts the callbacks of a listener that blocked the transport, and logs the first.</summary>
internal sealed class BlockedCallbacks(ConnectionSettings settings)
{
    private int _logged;

    /// <summary>Another one.</summary>
    public void Note()
    {
        settings.Metrics.CallbackBlocked();
        if (Interlocked.Exchange(ref _logged, 1) == 0)
            ConnectionLog.CallbackBlocked(settings.Log);
    }
}
