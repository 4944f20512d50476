using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;

namespace RxGlisten.Testing;

/// <summary>Runs scripts: through a pure pipeline, or as a client of a server. Times count from the call.</summary>
public static class MarbleRuns
{
    /// <summary>
    /// What the script sends, as what a connection receives: a packet for each item, completion on F and X, as every closure is.
    /// Cold; time counts from subscribing. A script without F or X never ends.
    /// </summary>
    /// <param name="script">What is sent.</param>
    /// <param name="scheduler">In whose time.</param>
    /// <param name="abnormalClosure">Whether X is an error instead, as <see cref="ConnectionOptions.AbnormalClosure"/> can make it.</param>
    public static IObservable<Message> ToInbound(
        this MarbleScript script, IScheduler scheduler, AbnormalClosure abnormalClosure = AbnormalClosure.Complete)
    {
        ArgumentNullException.ThrowIfNull(script);
        ArgumentNullException.ThrowIfNull(scheduler);
        return Observable.Create<Message>(observer => Play(script, scheduler, sent =>
        {
            if (sent.Kind == MarbleEventKind.Bytes)
                observer.OnNext(new Packet(sent.Data));
            else if (sent.Kind == MarbleEventKind.Reset && abnormalClosure == AbnormalClosure.Error)
                observer.OnError(new ConnectionClosedException(new CloseReason(CloseKind.PeerReset, "The script resets the connection.", null)));
            else if (sent.Kind is MarbleEventKind.Finish or MarbleEventKind.Reset)
                observer.OnCompleted();
        }));
    }

    /// <summary>Runs a pure pipeline on what a script sends, and gives what the pipeline yields: bytes, F when it completes, X when it fails.</summary>
    /// <param name="pipeline">As for <c>ServePipeline</c>.</param>
    /// <param name="inbound">What the client sends.</param>
    /// <param name="time">Virtual time that is not running: a test scheduler, or a historical one.</param>
    /// <param name="until">How long; null for the duration of <paramref name="inbound"/>.</param>
    /// <typeparam name="TAbsolute">The scheduler's time.</typeparam>
    /// <typeparam name="TRelative">The scheduler's duration.</typeparam>
    public static MarbleTimeline Run<TAbsolute, TRelative>(
        this Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> pipeline, MarbleScript inbound,
        VirtualTimeSchedulerBase<TAbsolute, TRelative> time, TimeSpan? until = null)
        where TAbsolute : IComparable<TAbsolute>
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(inbound);
        ArgumentNullException.ThrowIfNull(time);
        return Run(time, until ?? inbound.Duration, length => RunFor(time, length), watch => watch.On(pipeline(inbound.ToInbound(time))));
    }

    /// <summary>Runs a pure pipeline for as long as either script lasts, and compares what it yields with what is expected.</summary>
    /// <param name="pipeline">As for <c>ServePipeline</c>.</param>
    /// <param name="inbound">What the client sends.</param>
    /// <param name="expected">What it must be sent.</param>
    /// <param name="time">Virtual time that is not running: a test scheduler, or a historical one.</param>
    /// <typeparam name="TAbsolute">The scheduler's time.</typeparam>
    /// <typeparam name="TRelative">The scheduler's duration.</typeparam>
    /// <exception cref="MarbleMismatchException">It is sent something else; the message shows both timelines.</exception>
    public static void Verify<TAbsolute, TRelative>(
        this Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> pipeline, MarbleScript inbound, MarbleScript expected,
        VirtualTimeSchedulerBase<TAbsolute, TRelative> time)
        where TAbsolute : IComparable<TAbsolute> =>
        pipeline.Run(inbound, time, Longer(inbound, expected)).ShouldBe(expected);

    /// <summary>Drives a client by a script, and gives what it receives: bytes, F on the server's FIN, X on a reset.</summary>
    /// <param name="client">Connected, in the scheduler's time.</param>
    /// <param name="script">What the client does.</param>
    /// <param name="time">The network's virtual time.</param>
    /// <param name="until">How long; null for the duration of <paramref name="script"/>.</param>
    /// <typeparam name="TAbsolute">The scheduler's time.</typeparam>
    /// <typeparam name="TRelative">The scheduler's duration.</typeparam>
    public static MarbleTimeline Run<TAbsolute, TRelative>(
        this IMarbleClient client, MarbleScript script, VirtualTimeSchedulerBase<TAbsolute, TRelative> time, TimeSpan? until = null)
        where TAbsolute : IComparable<TAbsolute>
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(script);
        ArgumentNullException.ThrowIfNull(time);
        return Run(time, until ?? script.Duration, length => RunFor(time, length), watch => Drive(client, script, time, watch));
    }

    /// <summary>Drives a client for as long as either script lasts, and compares what it receives with what is expected.</summary>
    /// <param name="client">Connected, in the scheduler's time.</param>
    /// <param name="script">What the client does.</param>
    /// <param name="expected">What it must receive.</param>
    /// <param name="time">The network's virtual time.</param>
    /// <typeparam name="TAbsolute">The scheduler's time.</typeparam>
    /// <typeparam name="TRelative">The scheduler's duration.</typeparam>
    /// <exception cref="MarbleMismatchException">It receives something else; the message shows both timelines.</exception>
    public static void Verify<TAbsolute, TRelative>(
        this IMarbleClient client, MarbleScript script, MarbleScript expected, VirtualTimeSchedulerBase<TAbsolute, TRelative> time)
        where TAbsolute : IComparable<TAbsolute> =>
        client.Run(script, time, Longer(script, expected)).ShouldBe(expected);

    /// <summary>Runs for a while, noting what is watched.</summary>
    /// <param name="time">In whose time.</param>
    /// <param name="until">How long.</param>
    /// <param name="run">Runs so long.</param>
    /// <param name="start">What runs.</param>
    internal static MarbleTimeline Run(IScheduler time, TimeSpan until, Action<TimeSpan> run, Func<MarbleWatch, IDisposable> start)
    {
        var watch = new MarbleWatch(time);
        using var running = start(watch);
        run(until);
        return watch.ToTimeline();
    }

    /// <summary>Subscribes what a client receives, and drives it.</summary>
    internal static IDisposable Drive(IMarbleClient client, MarbleScript script, IScheduler time, MarbleWatch watch) =>
        new CompositeDisposable(watch.On(client.Received), Play(script, time, act => Do(client, act)));

    internal static TimeSpan Longer(MarbleScript one, MarbleScript other) => one.Duration > other.Duration ? one.Duration : other.Duration;

    private static void Do(IMarbleClient client, MarbleEvent act)
    {
        switch (act.Kind)
        {
            case MarbleEventKind.Bytes: client.Send(act.Data); break;
            case MarbleEventKind.Finish: client.Finish(); break;
            case MarbleEventKind.Reset: client.Reset(); break;
            case MarbleEventKind.StopReading: client.StopReading(); break;
            case MarbleEventKind.ResumeReading: client.ResumeReading(); break;
        }
    }

    // Not AdvanceTo: only the scheduler knows how its time is counted. What is due with it and was scheduled before still runs.
    private static void RunFor<TAbsolute, TRelative>(VirtualTimeSchedulerBase<TAbsolute, TRelative> time, TimeSpan until)
        where TAbsolute : IComparable<TAbsolute>
    {
        using var end = ((IScheduler)time).Schedule(until, time.Stop);
        time.Start();
    }

    private static CompositeDisposable Play(MarbleScript script, IScheduler scheduler, Action<MarbleEvent> act)
    {
        // All at once and not one by one: a test scheduler's clock moves by a tick for what is due now, and that must not add up.
        var turns = script.Events.GroupBy(sent => sent.Time).Select(together => scheduler.Schedule(together.Key, () =>
        {
            foreach (var sent in together)
                act(sent);
        }));
        return [.. turns];
    }
}
