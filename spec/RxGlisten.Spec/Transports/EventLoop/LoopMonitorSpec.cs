using System.Diagnostics;
using System.Globalization;
using System.Net;
using NUnit.Framework;
using RxGlisten.Spec.Closing.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>When a loop changes hands, and what becomes of the threads.</summary>
[Platform("Linux")]
public sealed class LoopMonitorSpec
{
    [Test]
    public async Task A_turn_that_nobody_waits_for_keeps_its_loop_until_somebody_does()
    {
        using var release = new ManualResetEventSlim();
        var loops = new EventLoops(2); // which one monitor looks after
        var (lonely, busy) = (new Member(loops.Next()), new Member(loops.Next()));
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lonely.Post(new Turn(() =>
        {
            began.SetResult();
            release.Wait();
        }));
        await began.Task.Soon();
        for (var i = 0; i < 3; i++)
            await HandOverAsync(busy, release: null); // as many looks as it takes were taken at both
        Assert.That(lonely.TimesBlocked, Is.Zero);

        await RunAsync(lonely.Neighbour());
        await Patience.UntilAsync(() => lonely.TimesBlocked == 1, "another thread became the loop for who waits");
        release.Set();
    }

    [Test]
    public async Task Threads_that_lost_a_loop_are_used_for_it_again()
    {
        const int Times = 20;
        var member = new Member(new EventLoops(1).Next());
        var threads = new HashSet<Thread>();
        for (var i = 0; i < Times; i++)
            threads.Add(await HandOverAsync(member, release: null));
        Assert.That(threads, Has.Count.LessThan(Times / 2)); // two, but for those that were not back when the next was needed
    }

    [Test]
    public async Task A_thread_that_nobody_needs_any_more_ends()
    {
        using var release = new ManualResetEventSlim();
        var thread = await HandOverAsync(new Member(new EventLoops(1).Next()), release);
        Assert.That(thread.IsAlive, Is.True);
        release.Set();
        await Patience.UntilAsync(() => !thread.IsAlive, "it ended");
    }

    [Test]
    public async Task While_nothing_happens_neither_a_loop_nor_its_monitor_wakes()
    {
        await using var echo = await EchoProcess.StartAsync(TransportKind.EventLoop, new IPEndPoint(IPAddress.Loopback, 0), descriptors: 128);
        using var peer = await SocketPeer.ConnectAsync(echo.EndPoint).Soon();
        for (var i = 0; i < 100; i++)
        {
            await peer.SendAsync(new byte[1]).Soon();
            await peer.ReceiveAsync().Soon();
        }

        var (last, quiet) = (Wakes(echo.Id), Stopwatch.StartNew());
        Assert.That(last, Has.Count.GreaterThanOrEqualTo(2), "a loop and its monitor");
        await Patience.UntilAsync(
            () =>
            {
                var now = Wakes(echo.Id);
                if (now.SequenceEqual(last))
                    return quiet.ElapsedMilliseconds > 500; // fifty looks of a monitor that does not sleep
                last = now;
                quiet.Restart();
                return false;
            },
            "they slept");
        await peer.SendAsync(new byte[1]).Soon();
        Assert.That((await peer.ReceiveAsync().Soon()).Bytes, Has.Length.EqualTo(1), "and they wake again");
    }

    /// <summary>A turn of this member blocks until another thread is the loop, and until the release; gives the thread that blocked.</summary>
    private static async Task<Thread> HandOverAsync(Member member, ManualResetEventSlim? release)
    {
        using var taken = new ManualResetEventSlim();
        var began = new TaskCompletionSource<Thread>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var neighbour = member.Neighbour();
        neighbour.Post(new Turn(() =>
        {
            began.SetResult(Thread.CurrentThread);
            taken.Wait();
            ended.SetResult();
            release?.Wait();
        }));
        var thread = await began.Task.Soon();
        await RunAsync(member.Neighbour()); // who waits: it runs on the thread that has the loop now
        await Patience.UntilAsync(() => neighbour.TimesBlocked == 1, "it was told so");
        taken.Set();
        await ended.Task.Soon();
        return thread;
    }

    private static async Task RunAsync(Member member)
    {
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        member.Post(new Turn(ran.SetResult));
        await ran.Task.Soon();
    }

    /// <summary>How often each thread of the event loops of a process slept, by the kernel's count (proc(5)).</summary>
    private static List<(string Thread, long Count)> Wakes(int process)
    {
        var wakes = new List<(string, long)>();
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{process}/task").Order(StringComparer.Ordinal))
        {
            try
            {
                if (!File.ReadAllText($"{thread}/comm").StartsWith("RxGlisten event", StringComparison.Ordinal))
                    continue;
                var count = File.ReadLines($"{thread}/status").Single(line => line.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal));
                wakes.Add((thread, long.Parse(count.AsSpan(count.IndexOf(':') + 1), CultureInfo.InvariantCulture)));
            }
            catch (Exception gone) when (gone is IOException)
            {
                // a thread that ended meanwhile
            }
        }

        return wakes;
    }

    /// <summary>Somebody on a loop, who counts how often he is told that he blocked it.</summary>
    private sealed class Member : LoopMember
    {
        private readonly Counter _blocked;

        public Member(RxGlisten.EventLoop loop)
            : this(loop, new Counter())
        {
        }

        private Member(RxGlisten.EventLoop loop, Counter blocked)
            : base(loop, blocked.Add) => _blocked = blocked;

        public int TimesBlocked => Volatile.Read(ref _blocked.Count);

        /// <summary>Another one of the same loop.</summary>
        public Member Neighbour() => new(Loop);

        protected override bool Handle(ReadyEvents events) => false;

        private sealed class Counter
        {
            public int Count;

            public void Add() => Interlocked.Increment(ref Count);
        }
    }
}
