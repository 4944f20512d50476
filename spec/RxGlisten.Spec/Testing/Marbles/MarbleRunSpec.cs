using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Text;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Marbles;

/// <summary>Scripts through pure pipelines, and what is printed when they disagree.</summary>
public sealed class MarbleRunSpec
{
    private static readonly Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> Upper = inbound =>
        inbound.Bytes().Select(bytes => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(bytes.Span).ToUpperInvariant()));

    [TestCase("--a(bc)-'text'--F", "--'A''BC'-'TEXT'--F")]
    [TestCase("--a(bc)-'text'--F", "--'A'('B''C')-'TEXT'--F")]
    [TestCase("--a--X", "--'A'--F")]
    [TestCase("a---", "'A'---")]
    [TestCase("'quite long'", "('QUITE' ' ' 'LONG')")]
    public void A_pipeline_is_run_by_a_script_and_held_against_another(string inbound, string expected)
    {
        Upper.Verify(MarbleScript.Parse(inbound), MarbleScript.Parse(expected), new TestScheduler());
        Upper.Verify(MarbleScript.Parse(inbound), MarbleScript.Parse(expected), new HistoricalScheduler());
    }

    [Test]
    public void Time_is_the_schedulers_and_ticks_of_a_test_scheduler_do_not_matter()
    {
        var time = new TestScheduler();
        Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> late = inbound =>
            inbound.Bytes().Delay(TimeSpan.FromMilliseconds(3), time).ObserveOn(time).ObserveOn(time);
        late.Verify(MarbleScript.Parse("abc------F"), MarbleScript.Parse("---abc------F"), time);
    }

    [Test]
    public void A_pipeline_with_a_timer_of_its_own_runs_only_as_long_as_the_scripts()
    {
        var time = new HistoricalScheduler();
        Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> beat = inbound =>
            Observable.Interval(TimeSpan.FromSeconds(1), time).Select(_ => (ReadOnlyMemory<byte>)"x"u8.ToArray()).TakeUntil(inbound.IgnoreElements().Materialize());
        beat.Verify(MarbleScript.Parse("~3500ms~F"), MarbleScript.Parse("~1s~x~999ms~x~999ms~x~499ms~F"), time);
    }

    [Test]
    public void A_mismatch_shows_both_timelines_under_each_other_and_marks_the_first_difference()
    {
        var error = Assert.Throws<MarbleMismatchException>(
            () => Upper.Verify(MarbleScript.Parse("--a--'bcd'-----F"), MarbleScript.Parse("--'A'---'BCX'--F"), new HistoricalScheduler()))!; // thrown, or this fails
        Assert.That(error.Message.ReplaceLineEndings("\n"), Is.EqualTo(
            "The timelines differ at 5 ms (frame 5): expected silence, but there was 'BCD'.\n" +
            "  expected: --'A'---    'BCX'--F--\n" +
            "  actual:   --'A'--'BCD'-    ----F\n" +
            "                   ^"));
    }

    [Test]
    public void A_mismatch_by_an_error_says_which()
    {
        Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> faulty = inbound =>
            inbound.Bytes().Select(_ => Observable.Throw<ReadOnlyMemory<byte>>(new InvalidOperationException("a bug"))).Concat();
        var error = Assert.Throws<MarbleMismatchException>(
            () => faulty.Run(MarbleScript.Parse("a-"), new HistoricalScheduler()).ShouldBe("'A'"))!; // thrown, or this fails
        Assert.That(error.Message, Does.Contain("expected 'A', but there was X").And.EndWith("It ended by an error: InvalidOperationException: a bug"));
    }

    [Test]
    public void A_long_silence_is_named_in_what_is_printed()
    {
        var timeline = Upper.Run(MarbleScript.Parse("a~1h~b"), new HistoricalScheduler());
        Assert.That(timeline.ToString(), Is.EqualTo("'A'~3600s~'B'"));
        Assert.That(timeline.Bytes, Is.EqualTo("AB"u8.ToArray()));
        timeline.ShouldBe(timeline.ToString());
    }

    [Test]
    public void A_reset_is_the_error_it_can_be_made()
    {
        var time = new HistoricalScheduler();
        Exception? error = null;
        MarbleScript.Parse("-X").ToInbound(time, AbnormalClosure.Error).Subscribe(_ => { }, e => error = e);
        time.Start();
        Assert.That((error as ConnectionClosedException)?.Reason.Kind, Is.EqualTo(CloseKind.PeerReset));
    }
}
