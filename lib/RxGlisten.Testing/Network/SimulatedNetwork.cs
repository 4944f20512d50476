using System.Net;
using System.Net.Sockets;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace RxGlisten.Testing;

/// <summary>
/// A network that is driven by a scheduler: servers listen on its endpoints as they are, clients are told what to do, links take their time and fail as
/// asked. All time is the scheduler's and all chance comes from the seed, so a run is the same each time, byte for byte. On a virtual
/// scheduler everything runs on the thread that advances it, and advancing returns when all consequences have happened; when nothing is
/// going on, nothing is scheduled. Networks share nothing. Thread-safe where the scheduler is, but then chance is not repeatable.
/// </summary>
public sealed class SimulatedNetwork : ITransport
{
    private readonly Dictionary<string, SimulatedEndPoint> _endpoints = new(StringComparer.Ordinal);
    private readonly ListeningNames<SimulatedListener> _listeners = new();
    private readonly IScheduler _scheduler;
    private readonly IStopwatch _stopwatch;
    private readonly DeterministicRandom _random;
    private int _connections;

    /// <summary>Makes a network without anybody on it.</summary>
    /// <param name="scheduler">Runs everything. It must not run work inside <c>Schedule</c>, as the immediate and the current-thread scheduler do.</param>
    /// <param name="seed">Decides all that is left to chance.</param>
    /// <exception cref="ArgumentException">The scheduler runs work inside its caller.</exception>
    public SimulatedNetwork(IScheduler scheduler, int seed)
    {
        Queue = new SchedulerExecutor(scheduler);
        _scheduler = scheduler;
        _stopwatch = scheduler.StartStopwatch();
        _random = new DeterministicRandom(seed);
        Seed = seed;
    }

    /// <summary>What decides all that is left to chance.</summary>
    public int Seed { get; }

    /// <summary>How links behave that are not told otherwise. Default a perfect one.</summary>
    public LinkSettings Link { get; set; } = new();

    /// <summary>Everything that happened.</summary>
    public Trace Trace { get; } = new();

    /// <summary>The time since the network was made.</summary>
    public TimeSpan Now => _stopwatch.Elapsed;

    /// <summary>Connections that accepts have given to servers.</summary>
    public int AcceptedCount { get; private set; }

    /// <summary>... and that the servers have not given back.</summary>
    public int OpenCount { get; private set; }

    /// <summary>The one queue that everything on this network runs on.</summary>
    public ITransportExecutor Executor => Queue;

    /// <inheritdoc/>
    public bool UsesDescriptors => false;

    internal SchedulerExecutor Queue { get; }

    internal Lock Gate { get; } = new();

    /// <summary>A name on this network, to listen on or to connect to; the same one for the same name.</summary>
    /// <param name="name">Any text but none.</param>
    public SimulatedEndPoint EndPoint(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        lock (Gate)
        {
            if (!_endpoints.TryGetValue(name, out var endpoint))
                _endpoints.Add(name, endpoint = new SimulatedEndPoint(this, name));
            return endpoint;
        }
    }

    /// <summary>Connects a client. It may send at once; the server sees it when the link's latency is over, and so the client sees whether it was refused.</summary>
    /// <param name="endpoint">Of this network.</param>
    /// <param name="link">How the link behaves; null for <see cref="Link"/>.</param>
    public SimulatedClient Connect(EndPoint endpoint, LinkSettings? link = null)
    {
        if (endpoint is not SimulatedEndPoint named || !ReferenceEquals(named.Network, this))
            throw new ArgumentException($"{endpoint} is not on this network.", nameof(endpoint));
        var settings = link ?? Link;
        settings.Validate();
        lock (Gate)
        {
            var number = ++_connections;
            var client = new SimulatedClient(this, settings, number, new SimulatedEndPoint(this, $"client#{number}"), named);
            var server = new ServerEnd(this, settings, number, named, client.LocalEndPoint);
            Note(number, TraceDirection.ToServer, TraceKind.Connect, default, named.Name);
            StreamEnd.Tie(client.Stream, server, _random.Fork(number));
            After(settings.Latency, new Turn(() => Arrive(client, server, named)));
            client.StartFaults(server);
            return client;
        }
    }

    /// <summary>
    /// Connects a program, <c>RxClient</c> say, over a link like <see cref="Link"/>: it has its connection when the latency is over twice. What faults tell
    /// a client to do (<see cref="FaultKind.Finish"/>, <see cref="FaultKind.Close"/>, <see cref="FaultKind.StopReading"/>) does not happen: the program decides.
    /// </summary>
    /// <param name="endpoint">Of this network.</param>
    /// <param name="settings">Not used.</param>
    /// <param name="cancellation">Ends it; a server that has accepted meanwhile sees a reset.</param>
    public ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation)
    {
        if (endpoint is not SimulatedEndPoint named || !ReferenceEquals(named.Network, this))
            return new(new ConnectResult(null, SocketError.AddressFamilyNotSupported));
        var link = Link;
        link.Validate();
        WaitingConnect connect;
        ValueTask<ConnectResult> result;
        lock (Gate)
        {
            var number = ++_connections;
            var client = new ConnectedEnd(this, link, number, new SimulatedEndPoint(this, $"client#{number}"), named);
            var server = new ServerEnd(this, link, number, named, client.LocalEndPoint);
            Note(number, TraceDirection.ToServer, TraceKind.Connect, default, named.Name);
            StreamEnd.Tie(client, server, _random.Fork(number));
            connect = new WaitingConnect(this, link, client, server);
            result = connect.Wait();
            After(link.Latency, new Turn(() => Arrive(connect, server, named)));
            BreakLater(link, client, server);
        }

        connect.CancelWith(cancellation);
        return result;
    }

    /// <inheritdoc/>
    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(settings);
        if (endpoint is not SimulatedEndPoint named || !ReferenceEquals(named.Network, this))
            throw ListeningNames<SimulatedListener>.NotHere(endpoint);
        lock (Gate)
            return _listeners.Add(named.Name, new SimulatedListener(this, EndPoint(named.Name), settings.Backlog));
    }

    /// <summary>Writes a remark into the trace.</summary>
    /// <param name="note">What there is to say.</param>
    public void Note(string note)
    {
        lock (Gate)
            Note(0, TraceDirection.None, TraceKind.Note, default, note);
    }

    internal void Note(int connection, TraceDirection direction, TraceKind kind, ReadOnlyMemory<byte> data, string? note = null) =>
        Trace.Add(Now, connection, direction, kind, data.Span, data, note);

    internal void Note(int connection, TraceDirection direction, TraceKind kind) =>
        Trace.Add(Now, connection, direction, kind, default, ReadOnlyMemory<byte>.Empty, null);

    internal void Note(int connection, TraceDirection direction, TraceKind kind, ReadOnlySpan<byte> passing) =>
        Trace.Add(Now, connection, direction, kind, passing, null, null);

    /// <summary>Runs the work in a turn, now or later.</summary>
    internal IDisposable After(TimeSpan due, IThreadPoolWorkItem work)
    {
        if (due <= TimeSpan.Zero)
        {
            Queue.Post(work);
            return Disposable.Empty;
        }

        return _scheduler.Schedule((Queue, work), due, static (_, timer) =>
        {
            timer.Queue.Run(timer.work);
            return Disposable.Empty;
        });
    }

    /// <summary>Breaks a connection: both ends see a reset.</summary>
    internal void Break(StreamEnd one, StreamEnd other)
    {
        if (one.IsOver && other.IsOver)
            return;
        Note(one.Number, TraceDirection.None, TraceKind.Broken);
        one.OnReset();
        other.OnReset();
    }

    internal void Accepted(ServerEnd server)
    {
        Note(server.Number, TraceDirection.None, TraceKind.Accepted);
        server.IsAccepted = true;
        AcceptedCount++;
        OpenCount++;
    }

    internal void Ended(ServerEnd server)
    {
        if (server.IsAccepted)
            OpenCount--;
    }

    internal void Free(SimulatedEndPoint endpoint) => _listeners.Remove(endpoint.Name);

    internal void FailAccepts(SimulatedEndPoint endpoint, SocketError error, int times)
    {
        lock (Gate)
        {
            for (var i = 0; i < times; i++)
                endpoint.AcceptFaults.Next.Enqueue(error);
            if (_listeners.TryGet(endpoint.Name, out var listener))
                listener.Wake();
        }
    }

    /// <summary>Breaks a connection when a fault says so.</summary>
    internal void BreakLater(LinkSettings link, StreamEnd client, StreamEnd server)
    {
        foreach (var fault in link.Faults)
        {
            if (fault is not { Kind: FaultKind.Reset, At: { } at })
                continue;
            After(at, new Turn(() =>
            {
                lock (Gate)
                    Break(client, server);
            }));
        }
    }

    private void Arrive(SimulatedClient client, ServerEnd server, SimulatedEndPoint endpoint)
    {
        lock (Gate)
        {
            if (!IsTaken(server, endpoint))
                client.Refuse(server);
        }
    }

    private void Arrive(WaitingConnect connect, ServerEnd server, SimulatedEndPoint endpoint)
    {
        lock (Gate)
        {
            if (!connect.IsOver)
                connect.Reach(IsTaken(server, endpoint));
        }
    }

    private bool IsTaken(ServerEnd server, SimulatedEndPoint endpoint) =>
        !server.IsRefused && _listeners.TryGet(endpoint.Name, out var listener) && listener.TryArrive(server);
}
