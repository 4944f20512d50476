using System.Diagnostics;
using NUnit.Framework;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>How long what blocked a loop stays off it.</summary>
public sealed class LoopAbsenceSpec
{
    private static readonly long Millisecond = Stopwatch.Frequency / 1000;

    [Test]
    public void What_never_blocked_is_on_the_loop_and_what_blocked_is_off_it()
    {
        var absence = new LoopAbsence();
        Assert.That(absence.IsOn, Is.False);
        absence.Begin();
        Assert.That(absence.IsOn, Is.True);
    }

    [Test]
    public void The_hundredth_delivery_in_a_row_of_at_most_a_millisecond_ends_it_and_none_before()
    {
        var absence = new LoopAbsence();
        absence.Begin();
        Assert.That(DeliveriesUntilItEnds(ref absence, Millisecond), Is.EqualTo(100));
        absence.Begin();
        Assert.That(DeliveriesUntilItEnds(ref absence, 0), Is.EqualTo(100), "and the next time as well");
    }

    [Test]
    public void One_slow_delivery_begins_the_row_anew()
    {
        var absence = new LoopAbsence();
        absence.Begin();
        for (var i = 0; i < 99; i++)
            absence.Delivered(0);
        absence.Delivered(Millisecond + 1);
        Assert.That(DeliveriesUntilItEnds(ref absence, 0), Is.EqualTo(100));
    }

    [Test]
    public void Blocking_again_begins_the_row_anew()
    {
        var absence = new LoopAbsence();
        absence.Begin();
        for (var i = 0; i < 99; i++)
            absence.Delivered(0);
        absence.Begin();
        Assert.That(DeliveriesUntilItEnds(ref absence, 0), Is.EqualTo(100));
    }

    [Test]
    public void Posted_work_is_no_delivery_and_begins_the_row_anew_when_it_is_slow()
    {
        var absence = new LoopAbsence();
        absence.Begin();
        for (var i = 0; i < 1_000; i++)
            absence.Worked(0);
        for (var i = 0; i < 99; i++)
            absence.Delivered(0);
        absence.Worked(Millisecond + 1);
        Assert.That(DeliveriesUntilItEnds(ref absence, 0), Is.EqualTo(100));
    }

    private static int DeliveriesUntilItEnds(ref LoopAbsence absence, long ticks)
    {
        for (var count = 1; count <= 1_000; count++)
        {
            absence.Delivered(ticks);
            if (!absence.IsOn)
                return count;
        }

        throw new InvalidOperationException("It never ended.");
    }
}
