using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Closing;

/// <summary>Thousands of connections that end at random: the books balance, and everything is given back.</summary>
public sealed class ChurnSpec
{
    private const int Rounds = 10;
    private const int Each = 1000;
    private const long MostKeptBytes = 2 * 1024 * 1024; // two hundred bytes a connection: none of them is kept, and nothing of theirs

    private static readonly CloseKind[] Kinds =
    [
        CloseKind.PeerClosed, CloseKind.PeerReset, CloseKind.LocalClosed, CloseKind.Aborted, CloseKind.IdleTimeout, CloseKind.HandlerFault, CloseKind.ServerStopping,
    ];

    [Test]
    public void Ten_thousand_connections_that_end_at_random_leave_nothing_behind()
    {
        var ends = new Ends(Each);
        var random = new Random(11);
        Round(ends, random); // what the process makes once
        Assert.That(ends.Kinds, Is.SupersetOf(Kinds.Append(CloseKind.SendTimeout)));
        var before = LiveBytes();
        for (var i = 0; i < Rounds; i++)
            Round(ends, random);
        var grown = LiveBytes() - before;
        TestContext.Out.WriteLine($"virtual: {grown / 1024} KiB");
        Assert.That(grown, Is.LessThan(MostKeptBytes));

        static void Round(Ends ends, Random random)
        {
            const int Last = 50; // that are open when the server is stopped
            ends.Clear();
            CountingScheduler? timers = null;
            IConnection? served = null; // the latest: keeping them all would hide a leak
            var server = new VirtualServer(
                options => options with
                {
                    Scheduler = timers = new CountingScheduler(options.Scheduler),
                    IdleTimeout = TimeSpan.FromSeconds(20),
                    MaxConnections = 500,
                },
                listener => listener.Serve(connection => Echo(served = connection)).Subscribe(ends.Add, ends.Complete));
            for (var i = 0; i < Each - Last; i++)
            {
                EndSomehow(server.Connect(), served, random);
                if (i % 200 == 0)
                    server.Advance(TimeSpan.FromSeconds(7));
            }

            server.Advance(TimeSpan.FromSeconds(60));
            Assert.That(server.Listener.Connections, Is.Empty);
            Assert.That(ends.Count, Is.EqualTo((Each - Last, 0)));
            var open = new List<(ITestPeer Peer, IConnection? Connection)>();
            for (var i = 0; i < Last; i++)
                open.Add((server.Connect(), served));
            var stopped = server.Listener.StopAsync(TimeSpan.FromSeconds(5));
            foreach (var (peer, connection) in open)
            {
                EndSomehow(peer, connection, random);
                server.Advance(TimeSpan.FromSeconds(0.05));
            }

            server.Advance(TimeSpan.FromSeconds(5));
            Assert.That(stopped.IsCompletedSuccessfully);
            Assert.That((ends.Count, ends.IsComplete, timers!.Pending), Is.EqualTo(((Each, 0), true, 0)));
            Assert.That((server.Listener.Ledger.Accepted, server.Listener.Ledger.Closed), Is.EqualTo(((long)Each, (long)Each)));
            Assert.That(server.Listener.Connections, Is.Empty);
        }
    }

    [Test]
    public async Task Ten_thousand_socket_connections_that_end_at_random_give_all_back([ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind)
    {
        using var reach = Reaches.Of(kind);
        var ends = new Ends(2 * Each);
        await RoundAsync(reach, ends); // what the process makes once
        var kinds = new HashSet<CloseKind>(ends.Kinds);
        var sockets = OpenSockets.Count();
        var before = LiveBytes();
        for (var i = 0; i < Rounds; i++)
        {
            await RoundAsync(reach, ends);
            kinds.UnionWith(ends.Kinds);
        }

        var grown = LiveBytes() - before;
        TestContext.Out.WriteLine($"{kind}: {grown / 1024} KiB, {string.Join(", ", kinds)}");
        Assert.That(kinds, Is.SupersetOf(Kinds));
        Assert.That(grown, Is.LessThan(MostKeptBytes));
        await Patience.UntilAsync(() => OpenSockets.Count() <= sockets, "the process has its sockets closed");
    }

    /// <summary>Clients come and end until the server, which is stopped once it had a thousand, takes no more.</summary>
    private static async Task RoundAsync(Reach reach, Ends ends)
    {
        ends.Clear();
        var delivered = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var served = new ConcurrentDictionary<long, IConnection>();
        await using var server = new TestServer(
            reach,
            new ServerOptions { IdleTimeout = TimeSpan.FromMilliseconds(200), LingerTimeout = TimeSpan.FromMilliseconds(200), MaxConnections = 400 },
            listener => listener.Serve(connection =>
            {
                served[connection.Id] = connection;
                if (Interlocked.Increment(ref delivered) == Each)
                    enough.SetResult();
                return Echo(connection);
            }).Subscribe(
                ended =>
                {
                    served.TryRemove(ended.Connection.Id, out _);
                    ends.Add(ended);
                },
                ends.Complete));
        using var quiet = await reach.ConnectAsync(server.Listener.LocalEndPoint);
        await Patience.UntilAsync(() => !served.IsEmpty, "the first client is served");
        served.Clear(); // nobody else ends it: the idle timeout does
        var quietEnd = quiet.ReadToEndAsync();
        var stopping = false;
        var lanes = Enumerable.Range(0, 20).Select(lane => Task.Run(async () =>
        {
            var random = new Random(lane);
            var staying = new List<Task>();
            while (await ConnectPatientlyAsync(reach, server, () => Volatile.Read(ref stopping)) is { } peer)
            {
                if (EndSomehow(peer, served.Values.ElementAtOrDefault(random.Next(50)), random))
                    staying.Add(StayAsync(peer));
                else
                    peer.Dispose();
            }

            await Task.WhenAll(staying);
        })).ToArray();
        await Task.WhenAll(enough.Task, quietEnd).Soon();
        var stopped = server.Listener.StopAsync(TimeSpan.FromMilliseconds(20));
        Volatile.Write(ref stopping, true);
        await stopped.Soon();
        await Task.WhenAll(lanes).Soon();
        await ends.Completed.Soon();
        Assert.That(ends.Count, Is.EqualTo((delivered, 0)), "one end each"); // a client that came when the server stopped may have been accepted and not delivered
        Assert.That(server.Listener.Ledger.Closed, Is.EqualTo(server.Listener.Ledger.Accepted));
        Assert.That(server.Listener.Connections, Is.Empty);
        Assert.That(served, Is.Empty);

        static async Task StayAsync(ITestPeer peer)
        {
            using (peer)
                await peer.ReadToEndAsync();
        }
    }

    private static IObservable<ReadOnlyMemory<byte>> Echo(IConnection connection) =>
        connection.Inbound.Bytes().Select(bytes => bytes.Span[0] == 'T' ? throw new InvalidOperationException("mine") : bytes);

    private static long LiveBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>A server that is busy may reset a client, or have its backlog full: the client comes again.</summary>
    /// <returns>Null when nobody listens any more.</returns>
    private static async Task<ITestPeer?> ConnectPatientlyAsync(Reach reach, TestServer server, Func<bool> isStopping)
    {
        while (!isStopping())
        {
            try
            {
                return await reach.ConnectAsync(server.Listener.LocalEndPoint);
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }

        return null;
    }

    /// <summary>Ends it, or another one, or lets a timeout do it.</summary>
    /// <returns>Whether the client is to stay until it is told of the end.</returns>
    private static bool EndSomehow(ITestPeer peer, IConnection? connection, Random random)
    {
        switch (random.Next(10))
        {
            case 0:
                peer.Close();
                return false;
            case 1:
                peer.FinishSending();
                return true;
            case 2:
                Send(peer, "x"u8.ToArray());
                peer.Reset();
                return false;
            case 3:
                connection?.Abort();
                return false;
            case 4:
                connection?.Dispose();
                return false;
            case 5:
                Send(peer, "T"u8.ToArray());
                return true;
            case 6:
                connection?.Outbound.OnNext(new byte[200_000]);
                connection?.Dispose();
                return false;
            case 7:
                connection?.Outbound.OnCompleted();
                return true;
            case 8:
                connection?.Outbound.OnNext(new byte[200_000]); // the send timeout, if the client does not read
                return false;
            default:
                return true; // the idle timeout
        }

        static void Send(ITestPeer peer, byte[] bytes) =>
            peer.SendAsync(bytes).ContinueWith(sent => _ = sent.Exception, TaskScheduler.Default);
    }

    /// <summary>How connections ended: how many, and of which kinds. Its memory is there from the start.</summary>
    private sealed class Ends(int most)
    {
        private readonly Lock _gate = new();
        private readonly HashSet<long> _ids = new(most);
        private readonly HashSet<CloseKind> _kinds = [];
        private int _repeated;
        private TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>How many ended, and how many ends came besides of one that had.</summary>
        public (int Ended, int Again) Count
        {
            get
            {
                lock (_gate)
                    return (_ids.Count, _repeated);
            }
        }

        public IReadOnlyCollection<CloseKind> Kinds
        {
            get
            {
                lock (_gate)
                    return [.. _kinds];
            }
        }

        public Task Completed => _completed.Task;

        public bool IsComplete => Completed.IsCompletedSuccessfully;

        public void Add(ConnectionClosed ended)
        {
            lock (_gate)
            {
                _kinds.Add(ended.Reason.Kind);
                if (!_ids.Add(ended.Connection.Id))
                    _repeated++;
            }
        }

        public void Complete() => _completed.SetResult();

        public void Clear()
        {
            _ids.Clear();
            _kinds.Clear();
            _repeated = 0;
            _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
