using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Accepting;

/// <summary>The same on many threads: nothing is lost, nothing is delivered twice, everything comes back.</summary>
public sealed class AcceptingStressSpec
{
    private const int Clients = 4000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Test]
    public async Task No_connection_is_lost_while_pauses_and_subscribers_race()
    {
        var endpoint = new ScriptedEndPoint(PoolExecutor.Instance);
        var listener = (Listener)RxServer.Bind(endpoint, new ServerOptions { MaxConnections = 50 });
        ScriptedListener socket = endpoint.Listeners.Single();
        socket.ConnectsOnCancel = true;
        int delivered = 0;
        int inside = 0;
        bool serial = true;
        void OnNext(IConnection connection)
        {
            if (Interlocked.Increment(ref inside) != 1) serial = false;
            Interlocked.Increment(ref delivered);
            ThreadPool.UnsafeQueueUserWorkItem(_ => connection.Abort(), null);
            Interlocked.Decrement(ref inside);
        }

        using var over = new CancellationTokenSource();
        Task pausing = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                listener.Pause();
                listener.Resume();
                Thread.Yield();
            }
        });
        Task subscribing = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                using (listener.Subscribe(OnNext)) Thread.Yield();
            }
        });
        Task connecting = Task.Run(() =>
        {
            for (int i = 0; i < Clients; i++) socket.Connect();
        });
        await connecting.WaitAsync(Limit);
        await Task.WhenAny(Task.Delay(200), pausing, subscribing);
        await over.CancelAsync();
        await Task.WhenAll(pausing, subscribing).WaitAsync(Limit);
        socket.ConnectsOnCancel = false;
        listener.Resume();
        using IDisposable last = listener.Subscribe(OnNext);
        await Until(() => socket.Backlog == 0 && Volatile.Read(ref delivered) == socket.Connections.Count && listener.Connections.Count == 0);
        DrainResult result = await listener.StopAsync(TimeSpan.FromSeconds(30)).WaitAsync(Limit);
        await listener.Loops.WaitAsync(Limit);
        Assert.That((serial, delivered, result), Is.EqualTo((true, socket.Connections.Count, new DrainResult(0, 0))));
        Assert.That((listener.Ledger.Accepted, listener.Ledger.Closed), Is.EqualTo(((long)delivered, (long)delivered)));
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Streams))]
    public async Task Connections_of_real_sockets_are_delivered_one_at_a_time_though_many_acceptors_have_some(string kind)
    {
        const int Peers = 1000;
        using var reach = Reaches.Of(kind);
        int inside = 0;
        int most = 0;
        var delivered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int count = 0;
        await using var server = new TestServer(reach, serve: listener => listener.Subscribe(_ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Thread.SpinWait(2000); // so long that others are accepted meanwhile
            if (Interlocked.Increment(ref count) == Peers) delivered.SetResult();
            Interlocked.Decrement(ref inside);
        }));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < Peers / 20; i++) await server.ConnectAsync();
        }))).WaitAsync(Limit);
        await delivered.Task.WaitAsync(Limit);
        Assert.That((most, count), Is.EqualTo((1, Peers)));
    }

    [Test]
    public async Task Everything_comes_back_when_a_stop_races_accepts_and_closes()
    {
        for (int round = 0; round < 200; round++)
        {
            var endpoint = new ScriptedEndPoint(PoolExecutor.Instance);
            var listener = (Listener)RxServer.Bind(endpoint, new ServerOptions { MaxConnections = 5 });
            ScriptedListener socket = endpoint.Listeners.Single();
            socket.ConnectsOnCancel = round % 2 == 0;
            var completed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using IDisposable subscription = listener.Subscribe(
                connection => ThreadPool.UnsafeQueueUserWorkItem(_ => connection.Dispose(), null), () => completed.SetResult());
            Task connecting = Task.Run(() =>
            {
                for (int i = 0; i < 20; i++) socket.Connect();
            });
            Task<DrainResult>[] stops =
            [
                Task.Run(() => listener.StopAsync(TimeSpan.FromMilliseconds(round % 3))),
                Task.Run(() => listener.StopAsync(TimeSpan.FromSeconds(30))),
            ];
            await Task.WhenAll(stops).WaitAsync(Limit);
            Assert.That(listener.Connections, Is.Empty);
            Assert.That(listener.Ledger.Accepted, Is.EqualTo(listener.Ledger.Closed));
            await Task.WhenAll(connecting, completed.Task, listener.Loops).WaitAsync(Limit);
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        DateTime end = DateTime.UtcNow + Limit;
        while (!condition())
        {
            Assert.That(DateTime.UtcNow, Is.LessThan(end), "waited too long");
            await Task.Yield();
        }
    }
}
