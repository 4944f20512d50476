using System.Collections.Concurrent;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.EventLoop.Doubles;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>What a loop does and, above all, does not.</summary>
[Platform("Linux")]
public sealed class EventLoopSpec
{
    private static readonly AsyncLocal<string?> Local = new();

    [Test]
    public async Task What_many_threads_post_is_run_once_each_in_the_order_of_each_and_one_at_a_time()
    {
        const int Threads = 8;
        const int Each = 20_000;
        using var listener = new OwnLoops(1).Listen();
        var executor = listener.Executor;
        var last = new int[Threads];
        var (running, done) = (0, 0);
        string? breach = null;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = 1; i <= Each; i++)
            {
                var number = i;
                executor.Post(new Turn(() =>
                {
                    if (Interlocked.Increment(ref running) != 1)
                        breach = "two at a time";
                    if (last[thread]++ != number - 1)
                        breach = $"the turn {number} of thread {thread} is out of order";
                    if (++done == Threads * Each)
                        all.SetResult();
                    Interlocked.Decrement(ref running);
                }));
                if (i % 1000 == 0)
                    Thread.Yield(); // so that the loop falls asleep now and then
            }
        }))).Soon();
        await all.Task.Soon();
        Assert.That(breach, Is.Null);
    }

    [Test]
    public async Task What_is_posted_to_a_sleeping_loop_wakes_it()
    {
        using var listener = new OwnLoops(1).Listen();
        for (var i = 0; i < 1_000; i++)
        {
            var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            listener.Executor.Post(new Turn(ran.SetResult));
            await ran.Task.Soon();
        }
    }

    [Test]
    public async Task What_is_posted_from_a_turn_runs_after_it()
    {
        using var listener = new OwnLoops(1).Listen();
        var order = new ConcurrentQueue<int>();
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Executor.Post(new Turn(() =>
        {
            listener.Executor.Post(new Turn(() =>
            {
                order.Enqueue(2);
                ran.SetResult();
            }));
            order.Enqueue(1);
        }));
        await ran.Task.Soon();
        Assert.That(order, Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task A_turn_leaves_nothing_of_its_context_to_the_next([Values] bool suppresses)
    {
        using var listener = new OwnLoops(1).Listen();
        var seen = new TaskCompletionSource<(string?, SynchronizationContext?, bool)>(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Executor.Post(new Turn(() =>
        {
            Local.Value = "another's";
            SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
            if (suppresses)
                _ = ExecutionContext.SuppressFlow(); // and forgets to undo it
        }));
        listener.Executor.Post(new Turn(() => seen.SetResult((Local.Value, SynchronizationContext.Current, ExecutionContext.IsFlowSuppressed()))));
        Assert.That(await seen.Task.Soon(), Is.EqualTo(((string?)null, (SynchronizationContext?)null, false)));
    }

    [Test]
    public async Task No_loop_keeps_the_process_alive()
    {
        using var listener = new OwnLoops(1).Listen();
        var seen = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Executor.Post(new Turn(() => seen.SetResult(Thread.CurrentThread.IsBackground)));
        Assert.That(await seen.Task.Soon(), Is.True);
    }

    [Test]
    public async Task A_connection_that_is_not_read_costs_no_turns_whatever_its_peer_did([Values("bytes", "a FIN", "a FIN, and ours", "a reset")] string what)
    {
        const int Messages = 300;
        var loops = new OwnLoops(1);
        using var listener = loops.Listen();
        using var silent = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        var paused = (await listener.AcceptAsync(default).Soon()).Connection!;
        using var lively = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        var served = (await listener.AcceptAsync(default).Soon()).Connection!;
        await silent.SendAsync(new byte[100]).Soon();
        if (what == "a reset")
            silent.Reset();
        else if (what != "bytes")
            silent.FinishSending();
        if (what == "a FIN, and ours")
            paused.ShutdownSending();
        var watcher = new TestWatcher();
        paused.Watch(watcher);
        if (what == "a reset")
            await watcher.Reset.Soon();
        else if (what != "bytes")
            await watcher.Fin.Soon();
        var before = loops.Loop.Turns;
        for (var i = 0; i < Messages; i++)
        {
            var receiving = served.ReceiveAsync(new TestBuffer(100)).Soon();
            await lively.SendAsync(new byte[1]).Soon();
            Assert.That((await receiving).Bytes, Is.EqualTo(1));
        }

        Assert.That(loops.Loop.Turns - before, Is.InRange(Messages, (2 * Messages) + 10)); // an edge that came before the receive is posted again
        paused.Abort();
        served.Abort();
    }
}
