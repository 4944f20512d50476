using System.Net;

namespace RxGlisten.Testing;

/// <summary>A listener whose connections are written down on their way.</summary>
internal sealed class WatchedListener(IListener listener, Scenario scenario) : IListener
{
    public EndPoint LocalEndPoint => listener.LocalEndPoint;

    public IReadOnlyCollection<IConnection> Connections => listener.Connections;

    public IObservable<AcceptError> AcceptErrors => listener.AcceptErrors;

    public void Pause() => listener.Pause();

    public void Resume() => listener.Resume();

    public Task<DrainResult> StopAsync(TimeSpan drain, CancellationToken cancellation = default) => listener.StopAsync(drain, cancellation);

    public ValueTask DisposeAsync() => listener.DisposeAsync();

    public IDisposable Subscribe(IObserver<IConnection> observer)
    {
        // Subscribed as it is: Rx's own operators would hide a breach of the grammar.
        return new Observed<IConnection>(scenario, "the listener", new Recorder(scenario, observer)).On(listener);
    }

    private sealed class Recorder(Scenario scenario, IObserver<IConnection> observer) : IObserver<IConnection>
    {
        public void OnNext(IConnection value)
        {
            scenario.Books.Add(value);
            observer.OnNext(value);
        }

        public void OnError(Exception error) => observer.OnError(error);

        public void OnCompleted() => observer.OnCompleted();
    }
}
