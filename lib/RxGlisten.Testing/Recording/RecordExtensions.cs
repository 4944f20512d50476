namespace RxGlisten.Testing;

/// <summary>Recording what a server's connections receive.</summary>
public static class RecordExtensions
{
    /// <summary>The same listener, whose connections are recorded; stopping one stops both.</summary>
    /// <param name="listener">A listener nobody has subscribed yet.</param>
    /// <param name="recorder">Where to; the caller disposes it, after the listener.</param>
    public static IListener Record(this IListener listener, Recorder recorder)
    {
        ArgumentNullException.ThrowIfNull(listener);
        ArgumentNullException.ThrowIfNull(recorder);
        return new RecordedListener(listener, recorder);
    }

    /// <summary>The same connections, recorded. As cold or hot as the source, on its thread, with its errors.</summary>
    /// <param name="connections">Connections nobody has used yet.</param>
    /// <param name="recorder">Where to; the caller disposes it, after the connections.</param>
    public static IObservable<IConnection> Record(this IObservable<IConnection> connections, Recorder recorder)
    {
        ArgumentNullException.ThrowIfNull(connections);
        ArgumentNullException.ThrowIfNull(recorder);
        return new RecordedConnections(connections, recorder.Record);
    }
}
