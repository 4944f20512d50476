using System.Net.Sockets;
using System.Reactive.Concurrency;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Spec.Closing.Doubles;

namespace RxGlisten.Spec.Transports.Memory;

/// <summary>A network on a test scheduler: one thread, one queue, and exact ends.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MemoryNetworkSpec
{
    private static readonly Transfer Fin = new(0, SocketError.Success);
    private static readonly Transfer Reset = new(0, SocketError.ConnectionReset);
    private static readonly Transfer Aborted = new(0, SocketError.OperationAborted);

    private readonly TestScheduler _scheduler = new();

    // Time and threads.

    [Test]
    public void Nothing_completes_inside_the_peers_call()
    {
        var (client, server) = Connected();
        var receiving = server.ReceiveAsync(new TestBuffer());
        client.TrySend("hello"u8);
        Assert.That(receiving.IsCompleted, Is.False);
        Drain();
        Assert.That(receiving.Now(), Is.EqualTo(new Transfer(5, SocketError.Success)));
    }

    [Test]
    public void Nothing_completes_inside_the_own_close()
    {
        var (_, server) = Connected();
        var receiving = server.ReceiveAsync(new TestBuffer());
        server.Abort();
        Assert.That(receiving.IsCompleted, Is.False);
        Drain();
        Assert.That(receiving.Now(), Is.EqualTo(Aborted));
    }

    [Test]
    public void A_continuation_that_comes_after_the_completion_runs_in_a_turn_too()
    {
        var (client, server) = Connected();
#pragma warning disable CA2012 // The race between an awaiter's look and its registration, played by hand.
        var receiving = server.ReceiveAsync(new TestBuffer());
        client.TrySend("x"u8);
        Drain();
        var awaiter = receiving.GetAwaiter();
#pragma warning restore CA2012
        var thread = 0;
        awaiter.UnsafeOnCompleted(() => thread = Environment.CurrentManagedThreadId);
        Assert.That(thread, Is.Zero);
        Drain();
        Assert.That(thread, Is.EqualTo(Environment.CurrentManagedThreadId));
    }

    [Test]
    public void A_hundred_thousand_chained_completions_stay_on_the_thread_and_its_stack()
    {
        const int Rounds = 50_000;
        var (client, server) = Connected();
        var threads = new HashSet<int>();
        var depths = new HashSet<int>();
        var echoing = PingPong(server, Rounds);
        var playing = PingPong(client, Rounds);
        client.TrySend("x"u8);
        Drain();
        Assert.That(playing.IsCompletedSuccessfully && echoing.IsCompletedSuccessfully, Is.True);
        Assert.That(threads, Is.EqualTo(new[] { Environment.CurrentManagedThreadId }));
        Assert.That(depths, Has.Count.LessThanOrEqualTo(2), "frames, at the first round and at the last");

        async Task PingPong(ITransportConnection connection, int rounds)
        {
            var buffer = new TestBuffer(1);
            for (var i = 0; i < rounds; i++)
            {
                var receiving = connection.ReceiveAsync(buffer);
                Assert.That(receiving.IsCompleted, Is.False);
                await receiving;
                threads.Add(Environment.CurrentManagedThreadId);
                if (i == 10 || i == rounds - 1) depths.Add(new System.Diagnostics.StackTrace().FrameCount);
                connection.TrySend("x"u8);
            }
        }
    }

    [Test]
    public void All_that_follows_from_a_timer_happens_at_its_tick()
    {
        var (client, server) = Connected();
        var ticks = new List<long>();
        var chains = new[] { Echo(client), Echo(server) };
        _scheduler.Schedule(TimeSpan.FromTicks(100 - _scheduler.Clock), () => server.Executor.Run(new Work(() => client.TrySend("x"u8))));
        _scheduler.AdvanceTo(99);
        Assert.That(ticks, Is.Empty);
        _scheduler.AdvanceTo(100);
        Assert.That(chains.Select(chain => chain.IsCompletedSuccessfully), Is.All.True);
        Assert.That(ticks, Is.EqualTo(Enumerable.Repeat(100L, 6)));

        async Task Echo(ITransportConnection connection)
        {
            for (var i = 0; i < 3; i++)
            {
                var receiving = connection.ReceiveAsync(new TestBuffer());
                Assert.That(receiving.IsCompleted, Is.False);
                await receiving;
                ticks.Add(_scheduler.Clock);
                connection.TrySend("x"u8);
            }
        }
    }

    [Test]
    public void Posted_work_runs_later_and_in_order()
    {
        var executor = new MemoryNetwork(_scheduler).Executor;
        var ran = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            var number = i;
            executor.Post(new Work(() => ran.Add(number)));
        }
        Assert.That(ran, Is.Empty);
        Drain();
        Assert.That(ran, Is.EqualTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public void Run_inside_a_drain_only_queues()
    {
        var executor = new MemoryNetwork(_scheduler).Executor;
        var ran = new List<string>();
        executor.Run(new Work(() =>
        {
            executor.Run(new Work(() => ran.Add("inner")));
            executor.Post(new Work(() => ran.Add("posted")));
            ran.Add("outer");
        }));
        Assert.That(ran, Is.EqualTo(new[] { "outer", "inner", "posted" }));
        _scheduler.Start();
        Assert.That(_scheduler.Clock, Is.Zero, "nothing was left to the scheduler");
    }

    [Test]
    public void Run_takes_what_was_posted_before_it_along()
    {
        var executor = new MemoryNetwork(_scheduler).Executor;
        var ran = new List<string>();
        executor.Post(new Work(() => ran.Add("posted")));
        executor.Run(new Work(() => ran.Add("run")));
        Assert.That(ran, Is.EqualTo(new[] { "posted", "run" }));
        Drain();
        executor.Post(new Work(() => ran.Add("later")));
        Drain();
        Assert.That(ran, Is.EqualTo(new[] { "posted", "run", "later" }));
    }

    [Test]
    public void Work_that_throws_is_heard_and_ends_no_queue()
    {
        var executor = new MemoryNetwork(_scheduler).Executor;
        var ran = new List<string>();
        executor.Post(new Work(() => throw new InvalidOperationException("one")));
        executor.Post(new Work(() => ran.Add("after")));
        Assert.That(Drain, Throws.InvalidOperationException.With.Message.EqualTo("one"));
        Assert.That(ran, Is.EqualTo(new[] { "after" }));
        executor.Post(new Work(() => throw new InvalidOperationException("two")));
        executor.Post(new Work(() => throw new InvalidOperationException("three")));
        Assert.That(() => executor.Run(new Work(() => ran.Add("run"))),
            Throws.TypeOf<AggregateException>().With.Property(nameof(AggregateException.InnerExceptions)).Count.EqualTo(2));
        executor.Run(new Work(() => ran.Add("again")));
        Assert.That(ran, Is.EqualTo(new[] { "after", "run", "again" }));
    }

    [Test]
    public void A_scheduler_that_throws_once_is_heard_and_ends_no_queue()
    {
        var scheduler = new MeddlingScheduler(_scheduler) { Meddle = static _ => throw new InvalidOperationException("Meant to be.") };
        var executor = new MemoryNetwork(scheduler).Executor;
        var ran = new List<string>();
        Assert.That(() => executor.Post(new Work(() => ran.Add("first"))), Throws.InvalidOperationException);
        scheduler.Meddle = static _ => { };
        executor.Post(new Work(() => ran.Add("second")));
        Drain();
        Assert.That(ran, Is.EqualTo(new[] { "first", "second" }));
    }

    [Test]
    public void A_waiting_round_allocates_nothing()
    {
        var (client, server) = Connected();
        var buffer = new FixedBuffer();
        var one = new byte[1];
        for (var i = 0; i < 100; i++) Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) Round();
        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before) / 1_000, Is.Zero);

        void Round()
        {
            var receiving = server.ReceiveAsync(buffer);
            client.TrySend(one);
            client.Executor.Run(Nothing.Instance);
            if (receiving.GetAwaiter().GetResult().Bytes != 1) throw new InvalidOperationException("a byte is missing");
        }
    }

    [Test]
    public void A_scheduler_that_runs_inside_its_caller_is_refused()
    {
        Assert.That(() => new MemoryNetwork(ImmediateScheduler.Instance), Throws.ArgumentException);
        Assert.That(() => new MemoryNetwork(CurrentThreadScheduler.Instance), Throws.ArgumentException);
        Assert.That(() => new MemoryNetwork(_scheduler, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    // The window.

    [Test]
    public void A_send_waits_until_the_peer_reads_and_then_takes_the_room()
    {
        var (client, server) = Connected(windowBytes: 10);
        Assert.That(client.TrySend(new byte[8]).Bytes, Is.EqualTo(8));
        Assert.That(client.TrySend(new byte[8]).Bytes, Is.EqualTo(2));
        Assert.That(client.TrySend(new byte[8]), Is.EqualTo(new Transfer(0, SocketError.Success)));
        var sending = client.SendAsync(new byte[8]);
        Drain();
        Assert.That(sending.IsCompleted, Is.False);
        Assert.That(server.ReceiveAsync(new TestBuffer()).Now().Bytes, Is.EqualTo(10));
        Assert.That(sending.IsCompleted, Is.False, "not inside the peer's call");
        Drain();
        Assert.That(sending.Now().Bytes, Is.EqualTo(8));
    }

    [Test]
    public void A_window_of_one_byte_carries_everything()
    {
        var (client, server) = Connected(windowBytes: 1);
        var received = new List<byte>();
        var sending = Send();
        var receiving = Receive();
        Drain();
        Assert.That(sending.IsCompletedSuccessfully && receiving.IsCompletedSuccessfully, Is.True);
        Assert.That(received, Is.EqualTo(Enumerable.Range(0, 200).Select(i => (byte)i)));

        async Task Send()
        {
            for (var i = 0; i < 200; i++) await client.SendAsync(new[] { (byte)i });
            client.ShutdownSending();
        }

        async Task Receive()
        {
            var buffer = new TestBuffer();
            while (await server.ReceiveAsync(buffer) is { Bytes: > 0 } piece) received.AddRange(buffer.Bytes(piece.Bytes));
        }
    }

    [Test]
    public void At_most_64_kilobytes_are_asked_for_at_once()
    {
        var (client, server) = Connected(windowBytes: 1 << 20);
        client.TrySend(new byte[200_000]);
        var buffer = new TestBuffer(1);
        Assert.That(server.ReceiveAsync(buffer).Now().Bytes, Is.EqualTo(64 * 1024));
        Assert.That(buffer.Available, Is.EqualTo(64 * 1024));
    }

    [Test]
    public void No_memory_does_not_look_like_a_fin()
    {
        var (client, server) = Connected();
        client.TrySend("x"u8);
        Assert.That(server.ReceiveAsync(new NoBuffer()).Now(), Is.EqualTo(new Transfer(0, SocketError.NoBufferSpaceAvailable)));
        Assert.That(server.ReceiveAsync(new TestBuffer()).Now().Bytes, Is.EqualTo(1));
    }

    [Test]
    public void A_second_receive_or_send_at_a_time_is_a_bug_that_is_heard()
    {
        var (client, server) = Connected(windowBytes: 1);
        var receiving = server.ReceiveAsync(new TestBuffer());
        Assert.That(() => server.ReceiveAsync(new TestBuffer()), Throws.InvalidOperationException);
        Assert.That(server.TrySend("x"u8).Bytes, Is.EqualTo(1));
        var sending = server.SendAsync(new byte[1]);
        Assert.That(() => server.SendAsync(new byte[1]), Throws.InvalidOperationException);
        Assert.That(() => server.TrySend("x"u8), Throws.InvalidOperationException);
        client.Abort();
        Drain();
        Assert.That((receiving.Now(), sending.Now()), Is.EqualTo((Reset, Reset)));
    }

    // Ends.

    [Test]
    public void A_close_with_unread_input_destroys_what_is_on_its_way_to_the_peer()
    {
        var (client, server) = Connected();
        client.TrySend("unread"u8);
        server.TrySend("lost"u8);
        server.Close();
        Assert.That(client.ReceiveAsync(new TestBuffer()).Now(), Is.EqualTo(Reset));
    }

    [Test]
    public void Input_after_a_close_resets_and_destroys_what_is_on_its_way_to_the_peer()
    {
        var (client, server) = Connected();
        server.TrySend("lost"u8);
        server.Close();
        Assert.That(client.TrySend("late"u8), Is.EqualTo(Reset));
        Assert.That(client.ReceiveAsync(new TestBuffer()).Now(), Is.EqualTo(Reset));
    }

    [Test]
    public void An_abort_leaves_the_peer_what_had_arrived()
    {
        var (client, server) = Connected();
        client.TrySend("unread"u8);
        server.TrySend("kept"u8);
        server.Abort();
        Assert.That(client.TrySend("late"u8), Is.EqualTo(Reset));
        var buffer = new TestBuffer();
        Assert.That(client.ReceiveAsync(buffer).Now().Bytes, Is.EqualTo(4));
        Assert.That(buffer.Bytes(4), Is.EqualTo("kept"u8.ToArray()));
        Assert.That(client.ReceiveAsync(new TestBuffer()).Now(), Is.EqualTo(Reset));
        Assert.That(client.ShutdownSending(), Is.EqualTo(SocketError.ConnectionReset));
    }

    [Test]
    public void An_abort_after_a_close_destroys_nothing()
    {
        var (client, server) = Connected();
        server.TrySend("kept"u8);
        server.Close();
        server.Abort();
        Assert.That(client.ReceiveAsync(new TestBuffer()).Now().Bytes, Is.EqualTo(4));
        Assert.That(client.ReceiveAsync(new TestBuffer()).Now(), Is.EqualTo(Fin));
    }

    [Test]
    public void An_abort_ends_what_is_outstanding_on_both_sides()
    {
        var (client, server) = Connected(windowBytes: 1);
        client.TrySend("x"u8);
        server.TrySend("x"u8);
        var ours = server.SendAsync(new byte[1]);
        var theirs = client.SendAsync(new byte[1]);
        server.Abort();
        Drain();
        Assert.That((ours.Now(), theirs.Now()), Is.EqualTo((Aborted, Reset)));
    }

    [Test]
    public void Shutting_down_sending_ends_the_send_that_waits()
    {
        var (client, _) = Connected(windowBytes: 1);
        client.TrySend("x"u8);
        var sending = client.SendAsync(new byte[1]);
        Assert.That(client.ShutdownSending(), Is.EqualTo(SocketError.Success));
        Assert.That(client.ShutdownSending(), Is.EqualTo(SocketError.Success));
        Drain();
        Assert.That(sending.Now(), Is.EqualTo(new Transfer(0, SocketError.Shutdown)));
    }

    [Test]
    public void A_reset_that_comes_while_memory_is_asked_for_is_reported()
    {
        var (client, server) = Connected();
        server.TrySend("unread"u8);
        client.TrySend("lost"u8);
        var receiving = server.ReceiveAsync(new MeanBuffer(client.Close));
        Assert.That(receiving.Now(), Is.EqualTo(Reset));
    }

    // The watcher.

    [Test]
    public void A_hang_up_is_told_once_each_and_in_a_turn_of_the_queue()
    {
        var (client, server) = Connected();
        var watcher = new TestWatcher();
        server.Watch(watcher);
        client.TrySend("x"u8);
        client.ShutdownSending();
        Assert.That(watcher.Fins, Is.Zero);
        Drain();
        Assert.That((watcher.Fins, watcher.Resets), Is.EqualTo((1, 0)));
        Assert.That(server.ReceiveAsync(new TestBuffer()).Now().Bytes, Is.EqualTo(1));
        Drain();
        Assert.That((watcher.Fins, watcher.Resets), Is.EqualTo((1, 0)));
        client.Abort();
        Drain();
        Assert.That(server.ReceiveAsync(new TestBuffer()).Now(), Is.EqualTo(Reset));
        Drain();
        Assert.That((watcher.Fins, watcher.Resets), Is.EqualTo((1, 1)));
    }

    [Test]
    public void A_reader_that_pauses_after_a_packet_is_told_of_the_end_behind_it()
    {
        var (client, server) = Connected();
        var watcher = new TestWatcher { IsPaused = false };
        server.Watch(watcher);
        var reading = ReadOneAndPause();
        client.TrySend("x"u8);
        client.Abort();
        Drain();
        Assert.That(reading.IsCompletedSuccessfully, Is.True);
        Assert.That((watcher.Fins, watcher.Resets), Is.EqualTo((0, 1)));

        async Task ReadOneAndPause()
        {
            await server.ReceiveAsync(new TestBuffer());
            watcher.IsPaused = true;
        }
    }

    [Test]
    public void A_reader_that_pauses_late_is_told_after_its_next_receive()
    {
        var (client, server) = Connected();
        var watcher = new TestWatcher { IsPaused = false };
        server.Watch(watcher);
        client.TrySend("xy"u8);
        client.Abort();
        Drain();
        Assert.That((watcher.Fins, watcher.Resets), Is.EqualTo((0, 0)), "it is not paused");
        for (var i = 0; i < 2; i++)
        {
            Assert.That(server.ReceiveAsync(new MeanBuffer(() => { }, 1)).Now().Bytes, Is.EqualTo(1));
            watcher.IsPaused = true;
            Drain();
            Assert.That((watcher.Fins, watcher.Resets), Is.EqualTo((0, 1)), "and once only");
        }
    }

    [Test]
    public void A_reader_that_goes_on_sees_the_end_itself()
    {
        var (client, server) = Connected();
        var watcher = new TestWatcher { IsPaused = false };
        server.Watch(watcher);
        var reading = Read();
        client.TrySend("x"u8);
        client.ShutdownSending();
        Drain();
        Assert.That(reading.IsCompletedSuccessfully, Is.True);
        watcher.IsPaused = true;
        Drain();
        Assert.That((watcher.Fins, watcher.Resets), Is.EqualTo((0, 0)));

        async Task Read()
        {
            while ((await server.ReceiveAsync(new TestBuffer())).Bytes > 0) { }
        }
    }

    [Test]
    public void Nobody_is_told_after_the_own_end()
    {
        var (client, server) = Connected();
        var watcher = new TestWatcher();
        server.Watch(watcher);
        client.Abort();
        server.Close();
        Drain();
        Assert.That((watcher.Fins, watcher.Resets), Is.EqualTo((0, 0)));
        Assert.That(() => server.Watch(watcher), Throws.InvalidOperationException);
    }

    // Listening.

    [Test]
    public void Nobody_listening_is_a_refusal()
    {
        var network = new MemoryNetwork(_scheduler);
        AssertRefused(network, "nobody");
    }

    [Test]
    public void A_full_backlog_is_a_refusal()
    {
        var network = new MemoryNetwork(_scheduler);
        var listener = Listen(network, "busy", backlog: 2);
        var first = listener.AcceptAsync(CancellationToken.None);
        for (var i = 0; i < 3; i++) network.Connect(network.EndPoint("busy"));
        AssertRefused(network, "busy");
        Drain();
        Assert.That(first.Now().Error, Is.EqualTo(SocketError.Success));
        AssertRefused(network, "busy");
        Assert.That(listener.AcceptAsync(CancellationToken.None).Now().Error, Is.EqualTo(SocketError.Success));
        Assert.That(() => network.Connect(network.EndPoint("busy")), Throws.Nothing);
    }

    [Test]
    public void Accepts_are_served_in_the_order_of_their_calls()
    {
        var network = new MemoryNetwork(_scheduler);
        var listener = Listen(network, "line");
        using var cancellation = new CancellationTokenSource();
        var first = listener.AcceptAsync(CancellationToken.None);
        var second = listener.AcceptAsync(cancellation.Token);
        var third = listener.AcceptAsync(CancellationToken.None);
        for (var i = 0; i < 2; i++) network.Connect(network.EndPoint("line"));
        cancellation.Cancel();
        Drain();
        Assert.That(first.Now().Connection!.RemoteEndPoint, Is.EqualTo(network.EndPoint("line#1")));
        Assert.That(second.Now(), Is.EqualTo(new AcceptResult(null, SocketError.OperationAborted)));
        Assert.That(third.Now().Connection!.RemoteEndPoint, Is.EqualTo(network.EndPoint("line#2")));
    }

    [Test]
    public void A_late_accept_does_not_overtake_one_that_waits()
    {
        var network = new MemoryNetwork(_scheduler);
        var listener = Listen(network, "line");
        var first = listener.AcceptAsync(CancellationToken.None);
        network.Connect(network.EndPoint("line"));
        var late = listener.AcceptAsync(CancellationToken.None);
        Assert.That(late.IsCompleted, Is.False);
        Drain();
        Assert.That(first.Now().Error, Is.EqualTo(SocketError.Success));
        Assert.That(late.IsCompleted, Is.False);
    }

    [Test]
    public void A_disposed_listener_frees_its_name_and_resets_what_nobody_accepted()
    {
        var network = new MemoryNetwork(_scheduler);
        var listener = Listen(network, "name");
        var accepting = listener.AcceptAsync(CancellationToken.None);
        var client = network.Connect(network.EndPoint("name"));
        listener.Dispose();
        Drain();
        Assert.That(accepting.Now(), Is.EqualTo(new AcceptResult(null, SocketError.OperationAborted)));
        Assert.That(client.ReceiveAsync(new TestBuffer()).Now(), Is.EqualTo(Reset));
        AssertRefused(network, "name");
        using var next = Listen(network, "name");
        listener.Dispose();
        Assert.That(() => network.Connect(network.EndPoint("name")), Throws.Nothing);
    }

    [Test]
    public void Names_are_compared_by_network_and_text()
    {
        var network = new MemoryNetwork(_scheduler);
        var other = new MemoryNetwork(_scheduler);
        var name = network.EndPoint("a");
        Assert.That(name, Is.EqualTo(network.EndPoint("a")));
        Assert.That(name.GetHashCode(), Is.EqualTo(network.EndPoint("a").GetHashCode()));
        Assert.That(name, Is.Not.EqualTo(network.EndPoint("b")));
        Assert.That(name, Is.Not.EqualTo(other.EndPoint("a")));
        Assert.That(name.ToString(), Is.EqualTo("memory:a"));
        Assert.That(name.Transport, Is.SameAs(network));
        Assert.That(() => other.Connect(name), Throws.ArgumentException);
        Assert.That(() => other.Listen(name, TransportContract.Settings),
            Throws.TypeOf<ListenException>().With.Property(nameof(ListenException.SocketError)).EqualTo(SocketError.AddressFamilyNotSupported));
    }

    [Test]
    public void The_client_has_a_name_of_its_own()
    {
        var (client, server) = Connected();
        Assert.That(client.LocalEndPoint.ToString(), Is.EqualTo("memory:server#1"));
        Assert.That(server.RemoteEndPoint, Is.EqualTo(client.LocalEndPoint));
        Assert.That(client.RemoteEndPoint, Is.EqualTo(server.LocalEndPoint));
    }

    // The tools.

    // A post from outside the queue costs the test scheduler one tick; all that follows from it costs none.
    private void Drain() => _scheduler.AdvanceBy(1);

    private (ITransportConnection Client, ITransportConnection Server) Connected(int windowBytes = 64 * 1024)
    {
        var network = new MemoryNetwork(_scheduler, windowBytes);
        var listener = Listen(network, "server");
        var client = network.Connect(network.EndPoint("server"));
        var accepting = listener.AcceptAsync(CancellationToken.None);
        Drain();
        return (client, accepting.Now().Connection!);
    }

    private static ITransportListener Listen(MemoryNetwork network, string name, int backlog = 16) =>
        network.Listen(network.EndPoint(name), TransportContract.Settings with { Backlog = backlog });

    private static void AssertRefused(MemoryNetwork network, string name) =>
        Assert.That(() => network.Connect(network.EndPoint(name)),
            Throws.TypeOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(SocketError.ConnectionRefused));

    private sealed class Work(Action action) : IThreadPoolWorkItem
    {
        public void Execute() => action();
    }

    private sealed class Nothing : IThreadPoolWorkItem
    {
        public static readonly Nothing Instance = new();

        public void Execute() { }
    }

    private sealed class NoBuffer : IReceiveBuffer
    {
        public Memory<byte> GetMemory(int available) => default;
    }

    private sealed class FixedBuffer : IReceiveBuffer
    {
        private readonly byte[] _memory = new byte[16];

        public Memory<byte> GetMemory(int available) => _memory;
    }

    private sealed class MeanBuffer(Action meanwhile, int most = int.MaxValue) : IReceiveBuffer
    {
        public Memory<byte> GetMemory(int available)
        {
            meanwhile();
            return new byte[Math.Min(most, available)];
        }
    }
}
