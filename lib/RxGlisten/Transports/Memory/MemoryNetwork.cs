using System.Net;
using System.Net.Sockets;
using System.Reactive.Concurrency;

namespace RxGlisten;

/// <summary>
/// A network inside the process: servers listen on its endpoints, clients connect to them, and nothing touches the operating system.
/// Whatever completes later than its call is completed by one queue, first in, first out, on the scheduler: on a test scheduler
/// everything runs on the thread that advances it, and a tick is over when all its consequences are. Networks share nothing.
/// Thread-safe where its scheduler is.
/// </summary>
public sealed class MemoryNetwork : ITransport
{
    private readonly ListeningNames<MemoryListener> _listeners = new();
    private long _clients;

    /// <summary>Makes a network without anybody on it.</summary>
    /// <param name="scheduler">
    /// Drains the queue. It must not run work inside <c>Schedule</c>, as the immediate and the current-thread scheduler do, nor wait there for another thread that
    /// uses the same connections: it is called under their locks.
    /// </param>
    /// <param name="windowBytes">Bytes that may be on their way in each direction of a connection, sent and not received. Default 64 KiB.</param>
    /// <exception cref="ArgumentException">The scheduler runs work inside its caller.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="windowBytes"/> is less than 1.</exception>
    public MemoryNetwork(IScheduler scheduler, int windowBytes = 64 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windowBytes, 1);
        WindowBytes = windowBytes;
        Queue = new SchedulerExecutor(scheduler);
    }

    /// <summary>The one queue that everything on this network runs on.</summary>
    public ITransportExecutor Executor => Queue;

    /// <inheritdoc/>
    public bool UsesDescriptors => false;

    internal SchedulerExecutor Queue { get; }

    internal int WindowBytes { get; }

    // Taken before that of the executor, never together with that of a connection.
    internal Lock Gate { get; } = new();

    /// <summary>A name on this network, to listen on or to connect to.</summary>
    /// <param name="name">Any text but none.</param>
    public MemoryEndPoint EndPoint(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new MemoryEndPoint(this, name);
    }

    /// <summary>
    /// Connects to a listener. The connection is there when this returns, in the listener's line until it is accepted. The caller owns it.
    /// </summary>
    /// <param name="endpoint">An endpoint of this network.</param>
    /// <exception cref="SocketException">Nobody listens there, or the listener's backlog is full (<see cref="SocketError.ConnectionRefused"/>).</exception>
    public ITransportConnection Connect(MemoryEndPoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (!ReferenceEquals(endpoint.Network, this)) throw new ArgumentException($"{endpoint} is on another network.", nameof(endpoint));
        return TryConnect(endpoint) ?? throw new SocketException((int)SocketError.ConnectionRefused);
    }

    /// <inheritdoc/>
    public ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation)
    {
        if (endpoint is not MemoryEndPoint named || !ReferenceEquals(named.Network, this)) return new(new ConnectResult(null, SocketError.AddressFamilyNotSupported));
        if (cancellation.IsCancellationRequested) return new(new ConnectResult(null, SocketError.OperationAborted));
        return new(TryConnect(named) is { } client ? new ConnectResult(client, SocketError.Success) : new ConnectResult(null, SocketError.ConnectionRefused));
    }

    /// <inheritdoc/>
    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(settings);
        if (endpoint is not MemoryEndPoint named || !ReferenceEquals(named.Network, this)) throw ListeningNames<MemoryListener>.NotHere(endpoint);
        lock (Gate) return _listeners.Add(named.Name, new MemoryListener(this, named, settings.Backlog));
    }

    internal void Free(MemoryEndPoint endpoint) => _listeners.Remove(endpoint.Name);

    private MemoryConnection? TryConnect(MemoryEndPoint endpoint)
    {
        lock (Gate)
        {
            var name = EndPoint($"{endpoint.Name}#{++_clients}");
            var (client, server) = MemoryConnection.Pair(this, name, endpoint);
            return _listeners.TryGet(endpoint.Name, out var listener) && listener.TryArrive(server) ? client : null;
        }
    }
}
