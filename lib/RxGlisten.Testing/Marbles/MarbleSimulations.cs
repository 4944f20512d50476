using System.Reactive.Linq;

namespace RxGlisten.Testing;

/// <summary>Scripts in <see cref="VirtualTime"/>, and for the clients of a <see cref="SimulatedNetwork"/>.</summary>
public static class MarbleSimulations
{
    private static readonly TimeSpan Tick = new(1);

    /// <summary>The client as one that a script drives.</summary>
    /// <param name="client">On a simulated network; nothing has happened to it yet.</param>
    public static IMarbleClient AsMarbleClient(this SimulatedClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return new SimulatedMarbleClient(client);
    }

    /// <summary>Runs a pure pipeline on what a script sends, as the form for a test scheduler does.</summary>
    /// <param name="pipeline">As for <c>ServePipeline</c>.</param>
    /// <param name="inbound">What the client sends.</param>
    /// <param name="time">In whose time.</param>
    /// <param name="until">How long; null for the duration of <paramref name="inbound"/>.</param>
    public static MarbleTimeline Run(
        this Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> pipeline, MarbleScript inbound, VirtualTime time, TimeSpan? until = null)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(inbound);
        ArgumentNullException.ThrowIfNull(time);
        return MarbleRuns.Run(time, until ?? inbound.Duration, length => RunFor(time, length), watch => watch.On(pipeline(inbound.ToInbound(time))));
    }

    /// <summary>Runs a pure pipeline for as long as either script lasts, and compares what it yields with what is expected.</summary>
    /// <param name="pipeline">As for <c>ServePipeline</c>.</param>
    /// <param name="inbound">What the client sends.</param>
    /// <param name="expected">What it must be sent.</param>
    /// <param name="time">In whose time.</param>
    /// <exception cref="MarbleMismatchException">It is sent something else; the message shows both timelines.</exception>
    public static void Verify(
        this Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> pipeline, MarbleScript inbound, MarbleScript expected, VirtualTime time) =>
        pipeline.Run(inbound, time, MarbleRuns.Longer(inbound, expected)).ShouldBe(expected);

    /// <summary>Drives a client by a script, and gives what it receives.</summary>
    /// <param name="client">Connected, in the scheduler's time.</param>
    /// <param name="script">What the client does.</param>
    /// <param name="time">The network's time.</param>
    /// <param name="until">How long; null for the duration of <paramref name="script"/>.</param>
    public static MarbleTimeline Run(this IMarbleClient client, MarbleScript script, VirtualTime time, TimeSpan? until = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(script);
        ArgumentNullException.ThrowIfNull(time);
        return MarbleRuns.Run(time, until ?? script.Duration, length => RunFor(time, length), watch => MarbleRuns.Drive(client, script, time, watch));
    }

    /// <summary>Drives a client for as long as either script lasts, and compares what it receives with what is expected.</summary>
    /// <param name="client">Connected, in the scheduler's time.</param>
    /// <param name="script">What the client does.</param>
    /// <param name="expected">What it must receive.</param>
    /// <param name="time">The network's time.</param>
    /// <exception cref="MarbleMismatchException">It receives something else; the message shows both timelines.</exception>
    public static void Verify(this IMarbleClient client, MarbleScript script, MarbleScript expected, VirtualTime time) =>
        client.Run(script, time, MarbleRuns.Longer(script, expected)).ShouldBe(expected);

    // What is due at the end itself belongs to the frame after the last.
    private static void RunFor(VirtualTime time, TimeSpan length)
    {
        if (length > TimeSpan.Zero)
            time.AdvanceBy(length - Tick);
    }

    private sealed class SimulatedMarbleClient(SimulatedClient client) : IMarbleClient
    {
        public IObservable<ReadOnlyMemory<byte>> Received { get; } = client.Events.SelectMany(Notifications).Dematerialize();

        public void Send(ReadOnlyMemory<byte> data) => client.Send(data);

        public void Finish() => client.Finish();

        public void Reset() => client.Reset();

        public void StopReading() => client.StopReading();

        public void ResumeReading() => client.ResumeReading();

        private static System.Reactive.Notification<ReadOnlyMemory<byte>>[] Notifications(TraceEvent seen) => seen.Kind switch
        {
            TraceKind.Received => [System.Reactive.Notification.CreateOnNext(seen.Data)],
            TraceKind.FinReceived => [System.Reactive.Notification.CreateOnCompleted<ReadOnlyMemory<byte>>()],
            TraceKind.ResetReceived or TraceKind.Refused =>
                [System.Reactive.Notification.CreateOnError<ReadOnlyMemory<byte>>(new IOException($"The client saw {seen.Kind}."))],
            _ => [],
        };
    }
}
