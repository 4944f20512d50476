using System.Net;
using System.Reactive.Concurrency;

namespace RxGlisten.Testing;

/// <summary>
/// One run of an exploration: a network in virtual time with the faults of its seed. At the end of each run these must hold: what is observed
/// obeys the Rx grammar; what was delivered, both ways, is a prefix of what was sent, and all of it where the connection ended orderly; an orderly
/// end is seen as a FIN; every accepted connection closed, for one reason, and <c>Serve</c> said so; nobody waits for bytes that are there
/// with nothing on hold; no more packets were on hold than allowed; no timer is left in the scheduler.
/// </summary>
public sealed class Scenario
{
    private readonly FaultPlan _plan;
    private readonly ExplorationOptions _options;
    private readonly List<string> _failures = [];
    private readonly List<(IListener Listener, ServerOptions Options)> _listeners = [];
    private readonly List<Action> _checks = [];
    private readonly CountingScheduler _counting;
    private readonly Dictionary<SimulatedClient, IReadOnlyList<Fault>> _faultsOf = [];
    private int _releases;

    internal Scenario(int seed, FaultPlan plan, ExplorationOptions options)
    {
        (Seed, _plan, _options) = (seed, plan, options);
        Random = new DeterministicRandom(seed).Fork(0xD1CE);
        Network = new SimulatedNetwork(Time, seed);
        _counting = new CountingScheduler(Time);
        Books = new ConnectionBooks(this);
    }

    /// <summary>The seed of the run.</summary>
    public int Seed { get; }

    /// <summary>Chance for the scenario itself.</summary>
    public DeterministicRandom Random { get; }

    /// <summary>The time of everything.</summary>
    public VirtualTime Time { get; } = new();

    /// <summary>The network.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>The same time, counted: what servers are to use.</summary>
    public IScheduler Scheduler => _counting;

    /// <summary>The faults of this run, as far as their targets were named.</summary>
    public IReadOnlyList<Fault> Faults => _plan.Faults;

    /// <summary>The connections that servers were given so far.</summary>
    public IEnumerable<IConnection> Connections => Books.All.Select(book => book.Connection);

    internal ConnectionBooks Books { get; }

    internal IReadOnlyList<string> Failures => _failures;

    /// <summary>Binds a server. Its accepts may fail; its connections are watched, and it is stopped at the end.</summary>
    /// <param name="configure">Changes the options, which have two acceptors and this scenario's scheduler; null for those.</param>
    /// <param name="endpoint">Where; null for "server". A decorated endpoint of this network does as well.</param>
    public IListener Listen(Func<ServerOptions, ServerOptions>? configure = null, EndPoint? endpoint = null)
    {
        var options = new ServerOptions { Scheduler = Scheduler, Acceptors = 2 };
        options = configure?.Invoke(options) ?? options;
        var listener = new WatchedListener(RxServer.Bind(endpoint ?? Network.EndPoint("server"), options), this);
        _listeners.Add((listener, options));
        if (listener.LocalEndPoint is SimulatedEndPoint simulated)
        {
            foreach (var fault in _plan.OfAccepts("accept"))
                simulated.FailAcceptOf((int)fault.Amount, fault.Error);
        }

        return listener;
    }

    /// <summary>Connects a client, with the faults that are drawn for it, to the server that was bound last.</summary>
    /// <param name="link">How its link is without them; null for that of the options.</param>
    public SimulatedClient Connect(LinkSettings? link = null)
    {
        var endpoint = _listeners.Count > 0 ? _listeners[^1].Listener.LocalEndPoint : Network.EndPoint("server");
        var faults = _plan.OfClient($"client {_faultsOf.Count + 1}");
        foreach (var fault in faults)
            link = (link ?? _options.Link).With(fault);
        var client = Network.Connect(endpoint, link ?? _options.Link);
        _faultsOf.Add(client, faults);
        Books.Add(client);
        return client;
    }

    /// <summary>Does something later.</summary>
    /// <param name="after">How long from now.</param>
    /// <param name="action">What.</param>
    public void At(TimeSpan after, Action action) => Time.Schedule(after, action);

    /// <summary>Does something at a time that is drawn, or never.</summary>
    /// <param name="name">Its name among the faults; each has a name of its own.</param>
    /// <param name="action">What. It runs as a timer does, outside all calls.</param>
    public void May(string name, Action action)
    {
        if (_plan.OfHappening(name) is not { At: { } at })
            return;
        Time.Schedule(at, () =>
        {
            Network.Note(name);
            action();
        });
    }

    /// <summary>Subscribes, and watches the grammar. What <c>Serve</c> yields is checked against the connections.</summary>
    /// <typeparam name="T">The elements.</typeparam>
    /// <param name="source">What to watch.</param>
    /// <param name="name">Its name in failures.</param>
    public Observed<T> Observe<T>(IObservable<T> source, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        var observed = new Observed<T>(this, name);
        observed.On(source);
        if (observed is Observed<ConnectionClosed> ends)
            _checks.Add(() => CheckEnds(ends));
        return observed;
    }

    /// <summary>What a connection receives, watched: the grammar, and, but for TLS, the bytes against those that its client sent.</summary>
    /// <param name="connection">Whose.</param>
    public IObservable<Message> Inbound(IConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new WatchedInbound(this, Books.Of(connection));
    }

    /// <summary>What is sent to a connection's client, watched: the client must see all of it, if it sees a FIN and is not encrypted.</summary>
    /// <param name="connection">Whose.</param>
    /// <param name="replies">What a pipeline yields.</param>
    public IObservable<ReadOnlyMemory<byte>> Replies(IConnection connection, IObservable<ReadOnlyMemory<byte>> replies)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(replies);
        var book = Books.Of(connection);
        book.HasReplies = true;
        return new WatchedReplies(book, replies);
    }

    /// <summary>Sends to a connection's client, watched as <see cref="Replies"/> are.</summary>
    /// <param name="connection">Whose.</param>
    /// <param name="data">What to send.</param>
    public void Send(IConnection connection, ReadOnlyMemory<byte> data)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Books.Of(connection).OnReply(data);
        connection.Outbound.OnNext(data);
    }

    /// <summary>Holds a packet, during its delivery, for a while, or longer if a fault says so; counted against <see cref="ConnectionOptions.FlowControl"/>.</summary>
    /// <param name="connection">Whose packet.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="time">How long.</param>
    /// <param name="released">Called just before it is released; null for nothing.</param>
    public void Hold(IConnection connection, Packet packet, TimeSpan time, Action? released = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(packet);
        var book = Books.Of(connection);
        var hold = packet.Hold();
        book.Held++;
        Network.Note($"{connection.RemoteEndPoint} holds {book.Held}");
        if (_listeners.Count > 0 && !Allows(_listeners[^1].Options.FlowControl, book.Held) && book.Client is not { Server.IsEnded: true })
            Fail($"{connection.RemoteEndPoint}: {book.Held} packets are on hold, more than {_listeners[^1].Options.FlowControl}.");
        var late = _plan.OfRelease($"release {++_releases}")?.For ?? TimeSpan.Zero;
        Time.Schedule(time + late, () =>
        {
            released?.Invoke();
            book.Held--;
            Network.Note($"{connection.RemoteEndPoint} releases, and holds {book.Held}");
            hold.Dispose();
        });
    }

    /// <summary>Says that the scenario itself ends a connection, so that not all that was sent need be delivered.</summary>
    /// <param name="connection">Which.</param>
    public void Cuts(IConnection connection) => Books.Of(connection).IsCut = true;

    /// <summary>Checks something at the very end, when everything is closed.</summary>
    /// <param name="check">Throws, or calls <see cref="Fail"/>, when it does not hold.</param>
    public void Then(Action check) => _checks.Add(check);

    /// <summary>Fails the run. It goes on: the code that calls this may be anybody's callback.</summary>
    /// <param name="what">What is wrong, a sentence.</param>
    public void Fail(string what)
    {
        Network.Note($"FAILED: {what}");
        _failures.Add(what);
    }

    /// <summary>
    /// Delays of a link from which on a graceful close may run out of time: a few of them still fit into the shortest <see cref="ConnectionOptions.LingerTimeout"/>.
    /// </summary>
    internal TimeSpan Tolerance => _listeners.Count == 0 ? TimeSpan.MaxValue : _listeners.Min(bound => bound.Options.LingerTimeout) / 10;

    internal IReadOnlyList<Fault> FaultsOf(SimulatedClient client) => _faultsOf.GetValueOrDefault(client, []);

    /// <summary>Lets everything happen, stops what is left, and checks.</summary>
    internal void Finish()
    {
        // Every other run stops when its connections are over: only then timers that are left behind can be told from those that just have not fired.
        var early = Seed % 2 != 0;
        while (!(early && IsOver) && Time.RunNext(_options.Limit))
        {
        }

        if (Time.Pending > 0 && !(early && IsOver))
            Fail($"After {_options.Limit} something was still going on: {Time.Pending} things are scheduled.");
        Books.CheckRest();
        var stops = _listeners.ConvertAll(bound => bound.Listener.StopAsync(TimeSpan.FromSeconds(1)));
        while (!stops.TrueForAll(stop => stop.IsCompleted) && Time.RunNext(_options.Limit * 2))
        {
        }

        Time.AdvanceBy(TimeSpan.Zero);
        if (_counting.Pending > 0)
            Fail($"Everything is over, and {_counting.Pending} timers are left in the scheduler.");
        Time.Run(_options.Limit * 2);
        for (var i = 0; i < stops.Count; i++)
        {
            if (!stops[i].IsCompletedSuccessfully)
                Fail("The listener was told to stop, and did not.");
            if (_listeners[i].Listener.Connections.Count > 0)
                Fail($"After the stop, {_listeners[i].Listener.Connections.Count} connections are in Connections.");
        }

        if (Network.OpenCount > 0)
            Fail($"{Network.OpenCount} of {Network.AcceptedCount} accepted connections were not given back to the transport.");
        Books.CheckEnd();
        foreach (var check in _checks)
            check();
    }

    /// <summary>Whether every client so far has come to its end, and every connection.</summary>
    private bool IsOver =>
        _faultsOf.Count > 0 && Network.OpenCount == 0
        && _faultsOf.Keys.All(client => client.IsClosed || client.End != ClientEnd.None)
        && _faultsOf.Keys.Count(client => client.End != ClientEnd.Refused) == Network.AcceptedCount
        && Books.All.All(book => book.Connection.Closed.IsCompleted);

    private static bool Allows(FlowControl flow, int packets)
    {
        for (var i = 1; i < packets; i++)
        {
            if (flow == FlowControl.Count(i))
                return false;
        }

        return true;
    }

    private void CheckEnds(Observed<ConnectionClosed> ends)
    {
        var seen = new HashSet<IConnection>();
        foreach (var (connection, reason) in ends.Items)
        {
            if (!seen.Add(connection))
                Fail($"{connection.RemoteEndPoint}: Serve said twice that it ended.");
            if (!connection.Closed.IsCompletedSuccessfully || connection.Closed.Result != reason)
                Fail($"{connection.RemoteEndPoint}: Serve said {reason.Kind}, and Closed does not.");
        }

        if (ends.IsDisposed || ends.Error is not null)
            return;
        if (!ends.IsEnded)
            Fail("The listener stopped, and Serve did not end.");
        if (seen.Count != Books.All.Count)
            Fail($"{Books.All.Count} connections were accepted, and Serve told of {seen.Count} ends.");
    }

    private sealed class WatchedInbound(Scenario scenario, ConnectionBook book) : IObservable<Message>
    {
        public IDisposable Subscribe(IObserver<Message> observer)
        {
            // Subscribed as it is: Rx's own operators would hide a breach of the grammar.
            var observed = new Observed<Message>(scenario, $"Inbound of {book.Connection.RemoteEndPoint}", new Recorder(book, observer));
            book.Inbound = observed;
            return observed.On(book.Connection.Inbound);
        }

        private sealed class Recorder(ConnectionBook book, IObserver<Message> observer) : IObserver<Message>
        {
            public void OnNext(Message value)
            {
                if (value is Packet packet)
                    book.OnReceived(packet.Data);
                observer.OnNext(value);
            }

            public void OnError(Exception error) => observer.OnError(error);

            public void OnCompleted() => observer.OnCompleted();
        }
    }

    private sealed class WatchedReplies(ConnectionBook book, IObservable<ReadOnlyMemory<byte>> replies) : IObservable<ReadOnlyMemory<byte>>
    {
        public IDisposable Subscribe(IObserver<ReadOnlyMemory<byte>> observer) => replies.Subscribe(new Recorder(book, observer));

        private sealed class Recorder(ConnectionBook book, IObserver<ReadOnlyMemory<byte>> observer) : IObserver<ReadOnlyMemory<byte>>
        {
            public void OnNext(ReadOnlyMemory<byte> value)
            {
                book.OnReply(value);
                observer.OnNext(value);
            }

            public void OnError(Exception error) => observer.OnError(error);

            public void OnCompleted() => observer.OnCompleted();
        }
    }
}
