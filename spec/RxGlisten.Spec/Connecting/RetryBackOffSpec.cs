using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Connecting;

/// <summary>Trying again, at exact ticks.</summary>
public sealed class RetryBackOffSpec
{
    private static readonly BackOffOptions Even = new() { First = Ms(100), Maximum = Ms(700), Factor = 2, Jitter = 0 };

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    [Test]
    public void The_waits_grow_to_the_longest()
    {
        var time = new VirtualTime();
        var tries = Tries(time, Even, out _);
        time.AdvanceBy(Ms(3_000));
        Assert.That(tries, Is.EqualTo(new[] { 0, 100, 300, 700, 1_400, 2_100, 2_800 }.Select(at => Ms(at))));
    }

    [Test]
    public void A_first_wait_as_long_as_the_longest_stays()
    {
        var time = new VirtualTime();
        var tries = Tries(time, Even with { First = Ms(700), Factor = 1 }, out _);
        time.AdvanceBy(Ms(1_500));
        Assert.That(tries, Is.EqualTo(new[] { 0, 700, 1_400 }.Select(at => Ms(at))));
    }

    [Test]
    public void An_element_starts_the_waits_over()
    {
        var time = new VirtualTime();
        var tries = new List<TimeSpan>();
        var source = Observable.Defer(() =>
        {
            tries.Add(time.Elapsed);
            return tries.Count == 3 ? Observable.Return(7).Concat(Fail) : Fail;
        });
        var probe = source.RetryBackOff(Even, time).Probe();
        time.AdvanceBy(Ms(700));
        Assert.That(tries, Is.EqualTo(new[] { 0, 100, 300, 400, 600 }.Select(at => Ms(at))));
        Assert.That(probe.Items, Is.EqualTo(new[] { 7 }));
    }

    [Test]
    public void So_many_failures_in_a_row_are_tried_again_and_the_next_is_the_error()
    {
        var time = new VirtualTime();
        var tries = Tries(time, Even with { Attempts = 3 }, out var probe);
        time.AdvanceBy(Ms(10_000));
        Assert.That((tries.Count, probe.Error!.Message, time.Pending), Is.EqualTo((4, "try 4", 0)));
    }

    [Test]
    public void Attempts_count_from_the_last_element()
    {
        var time = new VirtualTime();
        var tries = 0;
        var source = Observable.Defer(() => ++tries % 2 == 0 && tries < 10 ? Observable.Return(tries).Concat(Fail) : Fail);
        var probe = source.RetryBackOff(Even with { Attempts = 2 }, time).Probe();
        time.Run();
        Assert.That((tries, probe.Items), Is.EqualTo((10, new[] { 2, 4, 6, 8 })));
        Assert.That(probe.Error, Is.Not.Null);
    }

    [Test]
    public void An_error_that_is_not_to_be_retried_is_the_error_at_once_and_so_is_one_of_who_decides()
    {
        var time = new VirtualTime();
        var tries = Tries(time, Even with { Retries = error => error.Message != "try 2" }, out var probe);
        time.Run();
        Assert.That((tries.Count, probe.Error!.Message), Is.EqualTo((2, "try 2")));

        Tries(time, Even with { Retries = _ => throw new FormatException("mine") }, out probe);
        Assert.That(probe.Error, Is.InstanceOf<FormatException>());
    }

    [Test]
    public void Jitter_leaves_out_a_part_of_a_wait_and_a_seed_makes_it_the_same_each_time()
    {
        var options = Even with { First = Ms(1_000), Maximum = Ms(1_000), Factor = 1, Jitter = 0.25, Seed = 5 };
        var (first, second, other) = (Waits(options), Waits(options), Waits(options with { Seed = 6 }));
        Assert.That(first, Is.EqualTo(second));
        Assert.That(first, Is.Not.EqualTo(other));
        Assert.That(first, Is.All.InRange(Ms(750), Ms(1_000)));
        Assert.That((first.Min() < Ms(800), first.Max() > Ms(950)), Is.EqualTo((true, true)), "all of the range is used");
        Assert.That(Waits(options with { Jitter = 1 }).Min(), Is.LessThan(Ms(100)));
        var (one, another) = (Waits(options with { Seed = null }), Waits(options with { Seed = null }));
        Assert.That(one, Is.Not.EqualTo(another));

        static List<TimeSpan> Waits(BackOffOptions options)
        {
            var time = new VirtualTime();
            var tries = Tries(time, options with { Attempts = 100 }, out _);
            time.Run();
            return [.. tries.Zip(tries.Skip(1), (before, next) => next - before)];
        }
    }

    [Test]
    public void Completion_is_the_source_s_and_ends_it()
    {
        var time = new VirtualTime();
        var probe = Observable.Return(1).RetryBackOff(Even, time).Probe();
        time.Run();
        Assert.That((probe.Items.Count, probe.IsEnded, probe.Error), Is.EqualTo((1, true, (Exception?)null)));
    }

    [Test]
    public void Unsubscribing_ends_the_wait_or_the_try_under_way()
    {
        var time = new VirtualTime();
        var tries = Tries(time, Even, out var waiting);
        waiting.Dispose();
        Assert.That(time.Pending, Is.Zero);

        using var source = new Subject<int>();
        var trying = source.RetryBackOff(Even, time).Probe();
        trying.Dispose();
        Assert.That((source.HasObservers, tries.Count), Is.EqualTo((false, 1)));
    }

    [Test]
    public void A_hundred_thousand_tries_that_fail_inside_subscribe_take_no_stack()
    {
        var time = new VirtualTime();
        var tries = Tries(time, Even with { Attempts = 100_000, First = TimeSpan.FromTicks(1), Maximum = TimeSpan.FromTicks(1) }, out var probe);
        time.Run();
        Assert.That((tries.Count, probe.IsEnded), Is.EqualTo((100_001, true)));
    }

    [Test]
    public void A_client_finds_a_server_that_comes_up_later_and_finds_it_again()
    {
        var time = new VirtualTime();
        var network = new SimulatedNetwork(time, seed: 1) { Link = new LinkSettings { Latency = Ms(5) } };
        var client = RxClient.Use(network.EndPoint("late"), c => c.Inbound.Bytes().Select(bytes => bytes.Length), new ClientOptions { Scheduler = time })
            .RetryBackOff(Even, time);
        var heard = new List<(TimeSpan At, int Bytes)>();
        using var subscription = client.Subscribe(bytes => heard.Add((time.Elapsed, bytes)));

        // A try takes 10 ms: refused at 10, 120, 330; the next begins at 730.
        time.AdvanceBy(Ms(500));
        var server = Serve(network, time, bytes: 3);
        time.AdvanceBy(Ms(500));
        Assert.That(heard, Is.EqualTo(new[] { (Ms(740), 3) }));

        // Reset at 1,000, which takes 5 ms: refused at 1,115, 1,325; the next begins at 1,725.
        server.StopAsync(TimeSpan.Zero);
        time.AdvanceBy(Ms(500));
        Serve(network, time, bytes: 5);
        time.AdvanceBy(Ms(500));
        Assert.That(heard[1..], Is.EqualTo(new[] { (Ms(1_735), 5) }));
    }

    private static IEnumerable<TestCaseData> OutOfRange()
    {
        var fine = new BackOffOptions();
        yield return Case(fine with { First = TimeSpan.Zero }, nameof(fine.First));
        yield return Case(fine with { First = Timeout.InfiniteTimeSpan }, nameof(fine.First));
        yield return Case(fine with { Maximum = Ms(1) }, nameof(fine.Maximum));
        yield return Case(fine with { Maximum = Timeout.InfiniteTimeSpan }, nameof(fine.Maximum));
        yield return Case(fine with { Maximum = TimeSpan.FromDays(50) }, nameof(fine.Maximum));
        yield return Case(fine with { Factor = 0.99 }, nameof(fine.Factor));
        yield return Case(fine with { Factor = double.NaN }, nameof(fine.Factor));
        yield return Case(fine with { Factor = double.PositiveInfinity }, nameof(fine.Factor));
        yield return Case(fine with { Jitter = -0.01 }, nameof(fine.Jitter));
        yield return Case(fine with { Jitter = 1.01 }, nameof(fine.Jitter));
        yield return Case(fine with { Jitter = double.NaN }, nameof(fine.Jitter));
        yield return Case(fine with { Attempts = 0 }, nameof(fine.Attempts));

        static TestCaseData Case(BackOffOptions options, string option) => new TestCaseData(options, option).SetArgDisplayNames(option, options.ToString());
    }

    [TestCaseSource(nameof(OutOfRange))]
    public void An_option_out_of_its_range_is_named(BackOffOptions options, string option) =>
        Assert.That(
            () => Observable.Never<int>().RetryBackOff(options, Scheduler.Default),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo(option));

    [Test]
    public void A_factor_as_large_as_there_is_goes_straight_to_the_longest_wait()
    {
        var time = new VirtualTime();
        var tries = Tries(time, Even with { Factor = double.MaxValue }, out _);
        time.AdvanceBy(Ms(1_500));
        Assert.That(tries, Is.EqualTo(new[] { 0, 100, 800, 1_500 }.Select(at => Ms(at))));
    }

    private static IObservable<int> Fail => Observable.Throw<int>(new InvalidOperationException("again"));

    private static List<TimeSpan> Tries(VirtualTime time, BackOffOptions options, out Probe<Unit> probe)
    {
        var tries = new List<TimeSpan>();
        probe = Observable.Defer(() =>
        {
            tries.Add(time.Elapsed);
            return Observable.Throw<Unit>(new InvalidOperationException($"try {tries.Count}"));
        }).RetryBackOff(options, time).Probe();
        return tries;
    }

    private static IListener Serve(SimulatedNetwork network, VirtualTime time, int bytes)
    {
        var listener = RxServer.Bind(network.EndPoint("late"), new ServerOptions { Scheduler = time });
        listener.Serve(_ => Observable.Return<ReadOnlyMemory<byte>>(new byte[bytes]).Concat(Observable.Never<ReadOnlyMemory<byte>>())).Subscribe();
        return listener;
    }
}
