using NUnit.Framework;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>A loop looks again only where that is likely to find something.</summary>
public sealed class LoopSpinSpec
{
    private const int SinglesInARow = 16;

    [OneTimeSetUp]
    public void Needs_a_second_processor() =>
        Assume.That(Environment.ProcessorCount, Is.GreaterThan(1), "On one processor a loop that looks again only keeps its peer from running.");

    [Test]
    public void It_looks_again_once_events_came_one_at_a_time_for_a_while()
    {
        var spin = new LoopSpin();
        Assert.That(WaitsUntilItBegins(ref spin), Is.EqualTo(SinglesInARow));
        Assert.That(spin.TryBegin(1), Is.True, "and goes on to");
    }

    [Test]
    public void A_batch_shows_that_many_are_busy_and_that_sleeping_gathers_more()
    {
        var spin = new LoopSpin();
        WaitsUntilItBegins(ref spin);
        Assert.That(spin.TryBegin(2), Is.False);
        Assert.That(WaitsUntilItBegins(ref spin), Is.EqualTo(SinglesInARow));
    }

    [Test]
    public void Where_nothing_comes_it_looks_ever_less_often_and_where_something_does_at_once_again()
    {
        var spin = new LoopSpin();
        WaitsUntilItBegins(ref spin);
        var waits = new List<int>();
        for (var i = 0; i < 10; i++)
        {
            while (!spin.IsOver())
                Thread.SpinWait(1); // its 60 µs
            waits.Add(WaitsUntilItBegins(ref spin));
        }

        Assert.That(waits, Is.EqualTo(new[] { 2, 4, 8, 16, 32, 64, 128, 256, 256, 256 }));
        spin.Succeed();
        Assert.That(WaitsUntilItBegins(ref spin), Is.EqualTo(1));
    }

    private static int WaitsUntilItBegins(ref LoopSpin spin)
    {
        for (var waits = 1; waits <= 1000; waits++)
        {
            if (spin.TryBegin(1))
                return waits;
        }

        throw new InvalidOperationException("It never looked again.");
    }
}
