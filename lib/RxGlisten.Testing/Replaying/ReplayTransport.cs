using System.Net;
using System.Net.Sockets;
using System.Reactive.Concurrency;

namespace RxGlisten.Testing;

/// <summary>
/// A transport whose clients are those of a recording: the server above it is the real one, with its flow control, its closing and its timeouts.
/// As an endpoint it brings itself. Used for one listener.
/// </summary>
internal sealed class ReplayTransport : EndPoint, ITransport, ITransportEndPoint
{
    public ReplayTransport(IScheduler scheduler, Action<ReplayClient, ConnectionEventKind, ReadOnlySpan<byte>> note, Action clientClosed)
    {
        Executor = new SchedulerExecutor(scheduler);
        Note = note;
        ClientClosed = clientClosed;
        Listener = new ReplayListener(this);
    }

    public bool UsesDescriptors => false;

    public ITransport Transport => this;

    public ITransportExecutor Executor { get; }

    /// <summary>Told of what the server does with a client.</summary>
    public Action<ReplayClient, ConnectionEventKind, ReadOnlySpan<byte>> Note { get; }

    /// <summary>Told once for each client that the server has closed, whether it served it or not.</summary>
    public Action ClientClosed { get; }

    public ReplayListener Listener { get; }

    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings) => Listener;

    public ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation) =>
        new(new ConnectResult(null, SocketError.ConnectionRefused)); // its clients are recorded ones

    public override string ToString() => "recording";
}
