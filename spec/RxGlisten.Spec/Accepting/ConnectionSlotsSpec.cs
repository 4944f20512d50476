using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;

namespace RxGlisten.Spec.Accepting;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ConnectionSlotsSpec
{
    private readonly QueueExecutor _executor = new();

    [Test]
    public void Waiters_are_served_first_come_first_served_in_turns_of_the_executor()
    {
        var slots = new ConnectionSlots(1);
        Assert.That(slots.TryAcquire(), Is.True);
        Task<bool> first = slots.AcquireAsync(_executor, default).AsTask();
        Task<bool> second = slots.AcquireAsync(_executor, default).AsTask();
        slots.Release();
        Assert.That(first.IsCompleted, Is.False, "inside Release");
        Settle();
        Assert.That((first.IsCompleted, second.IsCompleted, slots.TryAcquire()), Is.EqualTo((true, false, false)));
        Settle(slots.Release);
        Assert.That(second.IsCompleted, Is.True);
        slots.Release();
        Assert.That(slots.Free, Is.EqualTo(1));
    }

    [Test]
    public void A_cancelled_waiter_has_no_slot_and_keeps_nobody_from_one()
    {
        var slots = new ConnectionSlots(1);
        Assert.That(slots.TryAcquire(), Is.True);
        using var cancellation = new CancellationTokenSource();
        Task<bool> first = slots.AcquireAsync(_executor, cancellation.Token).AsTask();
        Task<bool> second = slots.AcquireAsync(_executor, default).AsTask();
        Settle(cancellation.Cancel);
        Assert.That(World.ResultOf(first), Is.False);
        Settle(slots.Release);
        Assert.That(World.ResultOf(second), Is.True);
    }

    [Test]
    public void A_slot_that_was_given_before_the_cancellation_is_the_waiters()
    {
        var slots = new ConnectionSlots(1);
        Assert.That(slots.TryAcquire(), Is.True);
        using var cancellation = new CancellationTokenSource();
        Task<bool> waiter = slots.AcquireAsync(_executor, cancellation.Token).AsTask();
        Settle(() =>
        {
            slots.Release();
            cancellation.Cancel();
        });
        Assert.That((World.ResultOf(waiter), slots.Free), Is.EqualTo((true, 0)));
    }

    [Test]
    public void Listeners_without_a_limit_of_their_own_share_the_process_slots()
    {
        Assert.That(ConnectionSlots.For(new ServerOptions(), usesDescriptors: true), Is.SameAs(ConnectionSlots.Shared));
        ConnectionSlots own = ConnectionSlots.For(new ServerOptions { MaxConnections = 3 }, usesDescriptors: true);
        Assert.That(own, Is.Not.SameAs(ConnectionSlots.Shared));
        Assert.That(own.Free, Is.EqualTo(3));
    }

    [Test]
    public async Task No_slot_is_lost_when_cancelling_and_releasing_race()
    {
        var slots = new ConnectionSlots(2);
        var executor = PoolExecutor.Instance;
        async Task Use(int seed)
        {
            var random = new Random(seed);
            for (int i = 0; i < 2000; i++)
            {
                using var cancellation = new CancellationTokenSource();
                ValueTask<bool> wait = slots.AcquireAsync(executor, cancellation.Token);
                if (random.Next(2) == 0) await cancellation.CancelAsync();
                else if (random.Next(4) == 0) cancellation.CancelAfter(0);
                if (await wait) slots.Release();
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 6).Select(seed => Task.Run(() => Use(seed)))).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That(slots.Free, Is.EqualTo(2));
    }

    private void Settle(Action? work = null) => _executor.Run(new Turn(work ?? (() => { })));
}
