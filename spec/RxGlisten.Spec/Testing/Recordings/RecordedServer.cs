using Microsoft.Reactive.Testing;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Recordings;

/// <summary>A server in virtual time whose connections are recorded to memory.</summary>
internal sealed class RecordedServer
{
    private readonly MemoryNetwork _network;
    private readonly MemoryStream _file = new();

    public RecordedServer(
        Func<IListener, IObservable<ConnectionClosed>> serve, RecordingOptions? options = null, Func<ServerOptions, ServerOptions>? server = null, Stream? stream = null)
    {
        _network = new MemoryNetwork(Time);
        Recorder = new Recorder(stream ?? _file, Time, options, leaveOpen: true);
        var defaults = new ServerOptions { Scheduler = Time };
        Listener = RxServer.Bind(_network.EndPoint("server"), server?.Invoke(defaults) ?? defaults).Record(Recorder);
        Closed = serve(Listener).Probe();
        Time.AdvanceBy(1);
    }

    public TestScheduler Time { get; } = new();

    public Recorder Recorder { get; }

    public IListener Listener { get; }

    public Probe<ConnectionClosed> Closed { get; }

    public void Advance(TimeSpan time) => Time.AdvanceBy(time.Ticks);

    public TransportPeer Connect()
    {
        var peer = new TransportPeer(_network.Connect((MemoryEndPoint)Listener.LocalEndPoint));
        Time.AdvanceBy(1);
        return peer;
    }

    /// <summary>Ends the recording.</summary>
    /// <returns>The file.</returns>
    public async Task<byte[]> StopAsync()
    {
        await Recorder.DisposeAsync().Soon();
        return _file.ToArray();
    }
}
