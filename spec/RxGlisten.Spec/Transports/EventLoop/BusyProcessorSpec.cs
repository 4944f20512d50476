using System.Diagnostics;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.EventLoop.Doubles;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>A turn that lasts because its thread has no processor is not one that blocks; one that has it all the time is.</summary>
[Platform("Linux")]
[NonParallelizable]
public sealed class BusyProcessorSpec
{
    [Test]
    public async Task A_turn_whose_thread_waits_for_a_processor_keeps_the_loop()
    {
        Assume.That(Scheduling.MayComeBack, "This user may not give a thread its place back.");
        var keeps = false;
        for (var i = 0; i < 10 && !keeps; i++)
            keeps = await KeepsTheLoopAsync(); // the thread may really sleep meanwhile: for a collection of garbage, or a method that is compiled
        Assert.That(keeps, Is.True);
    }

    [Test]
    public async Task A_turn_that_computes_all_the_time_loses_it()
    {
        using var listener = new OwnLoops(1).Listen();
        using var second = new ManualResetEventSlim();
        var first = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Executor.Post(new Turn(() =>
        {
            var since = Stopwatch.StartNew();
            while (!second.IsSet && since.Elapsed < TimeSpan.FromSeconds(20))
                Thread.SpinWait(10);
            first.SetResult(second.IsSet);
        }));
        listener.Executor.Post(new Turn(second.Set));
        Assert.That(await first.Task.Soon(), Is.True);
    }

    [Test]
    public async Task What_was_posted_behind_a_turn_that_blocks_is_not_let_block_the_loop_in_its_turn()
    {
        using var listener = new OwnLoops(1).Listen();
        using var second = new ManualResetEventSlim();
        var onPool = false;
        var first = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Executor.Post(new Turn(() => first.SetResult(second.Wait(TimeSpan.FromSeconds(20)))));
        listener.Executor.Post(new Turn(() =>
        {
            onPool = Thread.CurrentThread.IsThreadPoolThread;
            second.Set();
        }));
        Assert.That((await first.Task.Soon(), onPool), Is.EqualTo((true, true)));
    }

    private static async Task<bool> KeepsTheLoopAsync()
    {
        using var listener = new OwnLoops(1).Listen();
        using var begin = new ManualResetEventSlim();
        var isBusy = true;
        var busy = new Thread(() =>
        {
            using var there = Scheduling.OnOneProcessor();
            begin.Wait();
            var since = Stopwatch.StartNew();
            while (since.ElapsedMilliseconds < 150)
                Thread.SpinWait(10);
            Volatile.Write(ref isBusy, false);
        });
        busy.Start();
        var first = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var second = new TaskCompletionSource<(int Thread, bool Waited)>(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Executor.Post(new Turn(() =>
        {
            using var there = Scheduling.OnOneProcessor();
            using var last = Scheduling.Last();
            begin.Set();
            while (Volatile.Read(ref isBusy))
                Thread.SpinWait(10); // it gets a moment now and then, at most
            first.SetResult(Environment.CurrentManagedThreadId);
        }));
        listener.Executor.Post(new Turn(() => second.SetResult((Environment.CurrentManagedThreadId, !Volatile.Read(ref isBusy)))));
        var keeps = await second.Task.Soon() == (await first.Task.Soon(), true);
        busy.Join();
        return keeps;
    }
}
