using System.Diagnostics;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Recordings;

/// <summary>Recorded connections once more, through the real server on a played transport.</summary>
public sealed class ReplaySpec
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Test]
    public void A_packet_then_is_a_packet_now_and_comes_when_it_came_then()
    {
        var recording = Recording.Of(Session(1, Second, "ab"u8.ToArray(), "c"u8.ToArray(), new byte[100_000]));
        var time = new HistoricalScheduler();
        var packets = new List<(int, TimeSpan)>();
        var start = time.Now;
        recording.Replay(time).ServePipeline(inbound => inbound.Bytes().Do(bytes => packets.Add((bytes.Length, time.Now - start)))).Subscribe();
        time.Start();
        Assert.That(packets, Is.EqualTo(new[] { (2, Second), (1, Second * 2), (100_000, Second * 3) }));
    }

    [Test]
    public void Packets_of_one_instant_stay_apart()
    {
        var recording = Recording.Of(Session(1, TimeSpan.Zero, "a"u8.ToArray(), "b"u8.ToArray(), "c"u8.ToArray()));
        var packets = 0;
        recording.Run(inbound => inbound.Bytes().Do(_ => packets++));
        Assert.That(packets, Is.EqualTo(3));
    }

    [TestCase(0.5)]
    [TestCase(1)]
    [TestCase(60)]
    public void Twice_the_speed_takes_half_of_the_time(double speed)
    {
        var recording = Recording.Of(Session(1, Second, "a"u8.ToArray(), "b"u8.ToArray()));
        var time = new HistoricalScheduler();
        var sent = recording.Replay(time, speed).Through(Replies.Echo).Select(result => result.Connections[0].Sent).Probe();
        time.Start();
        Assert.That(sent.Items.Single().Select(piece => piece.Time), Is.EqualTo(new[] { Second / speed, Second * 2 / speed }));
    }

    [Test]
    public void A_replay_on_a_test_scheduler_gives_what_one_on_a_historical_scheduler_gives()
    {
        var recording = Recording.Of(Session(1, Second, "a"u8.ToArray(), "b"u8.ToArray()));
        var time = new TestScheduler();
        var results = recording.Replay(time).Through(Replies.Echo).Probe();
        time.Start();
        var expected = recording.Run(Replies.Echo);
        Assert.That(results.Items.Single().Connections[0].Output.ToArray(), Is.EqualTo(expected.Connections[0].Output.ToArray()));
        Assert.That(results.Items.Single().Connections[0].End, Is.EqualTo(CloseKind.PeerClosed));
    }

    [Test]
    public async Task A_replay_in_real_time_ends_too()
    {
        var recording = Recording.Of(Session(1, Second / 50, "a"u8.ToArray(), "b"u8.ToArray()));
        var results = recording.Replay(Scheduler.Default).Through(Replies.Echo).Probe();
        await results.EndAsync();
        Assert.That(results.Items.Single().Connections[0].Output.ToArray(), Is.EqualTo("ab"u8.ToArray()));
    }

    [Test]
    public void A_timer_of_the_pipeline_runs_in_the_time_of_the_replay()
    {
        var recording = Recording.Of(Session(1, Second, "a"u8.ToArray()));
        var result = recording.Run((connections, time) =>
            connections.ServePipeline(inbound => inbound.Bytes().Delay(Second * 10, time)));
        Assert.That(result.Connections[0].Sent.Single().Time, Is.EqualTo(Second * 11));
    }

    [Test]
    public void A_reset_then_is_a_reset_now()
    {
        var events = Session(1, Second, "a"u8.ToArray())[..^2];
        var closed = new ConnectionEvent(Second * 2, 1, ConnectionEventKind.Closed) { Text = "PeerReset" };
        var result = Recording.Of([.. events, closed]).Run(Replies.Echo);
        Assert.That(result.Connections[0].End, Is.EqualTo(CloseKind.PeerReset));
    }

    [Test]
    public void Connections_whose_end_was_cut_off_end_with_the_recording()
    {
        var result = Recording.Of(Session(1, Second, "a"u8.ToArray())[..^2]).Run(Replies.Echo);
        Assert.That(result.Connections[0].End, Is.EqualTo(CloseKind.PeerClosed));
        Assert.That(result.Connections[0].Output.ToArray(), Is.EqualTo("a"u8.ToArray()));
    }

    [Test]
    public void A_replay_of_nothing_gives_nothing() => Assert.That(Recording.Of([]).Run(Replies.Echo).Connections, Is.Empty);

    [Test]
    public void A_pipeline_that_ends_early_or_throws_ends_its_own_connection_as_ever()
    {
        var recording = Recording.Of(Session(1, Second, "a"u8.ToArray(), "b"u8.ToArray()));
        Assert.That(recording.Run(inbound => inbound.Bytes().Take(1)).Connections[0].End, Is.EqualTo(CloseKind.LocalClosed));
        Assert.That(
            recording.Run(inbound => inbound.Bytes().Concat(Observable.Throw<ReadOnlyMemory<byte>>(new InvalidOperationException()))).Connections[0].End,
            Is.EqualTo(CloseKind.HandlerFault));
    }

    [Test]
    public void A_held_packet_holds_the_next_one_back_in_a_replay_too()
    {
        var recording = Recording.Of(Session(1, Second, "a"u8.ToArray(), "b"u8.ToArray()));
        var seen = new List<TimeSpan>();
        recording.Run((connections, time) => connections.ServePipeline(inbound => inbound.SelectMany(message =>
        {
            seen.Add(time.Now - DateTimeOffset.MinValue);
            var hold = ((Packet)message).Hold();
            return Observable.Timer(Second * 30, time).Do(_ => hold.Dispose()).IgnoreElements().Select(_ => default(ReadOnlyMemory<byte>));
        })));
        Assert.That(seen, Is.EqualTo(new[] { Second, Second * 31 }));
    }

    [Test]
    public void A_replay_against_a_server_that_refuses_connections_ends_too()
    {
        var overlapping = Recording.Of(new[] { Session(1, Second, "a"u8.ToArray()), Session(2, Second, "b"u8.ToArray()) }.SelectMany(e => e).OrderBy(e => e.Time));
        var result = overlapping.Run(
            (connections, _) => connections.ServePipeline(Replies.Echo), new ServerOptions { MaxConnections = 1, AtLimit = AtLimitPolicy.Close });
        Assert.That(result.Connections.Select(connection => connection.End), Is.EqualTo(new CloseKind?[] { CloseKind.PeerClosed, null }));
    }

    [Test]
    public async Task Disposing_a_replay_stops_its_server()
    {
        var recording = Recording.Of(Session(1, Second, "a"u8.ToArray(), "b"u8.ToArray()));
        var time = new HistoricalScheduler();
        IConnection? served = null;
        var replay = recording.Replay(time).Serve(connection =>
        {
            served = connection;
            return Observable.Never<ReadOnlyMemory<byte>>();
        }).Subscribe();
        time.AdvanceBy(Second / 2);
        replay.Dispose();
        time.Start();
        Assert.That((await served!.Closed.Soon()).Kind, Is.EqualTo(CloseKind.ServerStopping)); // served by now
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void A_speed_that_is_none_is_refused(double speed) =>
        Assert.That(() => Recording.Of([]).Replay(new HistoricalScheduler(), speed), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Events_out_of_order_are_refused() =>
        Assert.That(() => Recording.Of(Session(1, Second, "a"u8.ToArray()).Reverse()), Throws.ArgumentException);

    [Test]
    public void An_hour_of_traffic_replays_in_seconds_with_the_same_results()
    {
        var path = Path.Combine(Path.GetTempPath(), $"rxglisten-{Guid.NewGuid():N}.rec");
        try
        {
            WriteHour(path, connections: 100, packetsEach: 3600);
            var watch = Stopwatch.StartNew();
            var recording = Recording.Open(path);
            var result = recording.Run(Replies.Echo);
            TestContext.Out.WriteLine($"{recording.Summary.Events} events, {recording.Summary.ReceivedBytes} bytes, {recording.Summary.Duration}: {watch.Elapsed.TotalSeconds:F1} s");
            Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)));
            Assert.That(recording.Summary.Duration, Is.GreaterThan(TimeSpan.FromMinutes(59)));
            var arrived = recording.Events.Where(e => e.Kind == ConnectionEventKind.Received).ToLookup(e => e.Connection);
            foreach (var connection in result.Connections)
            {
                Assert.That(connection.Output.Span.SequenceEqual(arrived[connection.Id].SelectMany(e => e.Data.ToArray()).ToArray()), Is.True);
                Assert.That(connection.Sent.Select(e => e.Time), Is.EqualTo(arrived[connection.Id].Select(e => e.Time)));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>A client that sends, a step apart, and finishes; the server closes then.</summary>
    private static ConnectionEvent[] Session(long id, TimeSpan step, params byte[][] packets)
    {
        var received = packets.Select((data, i) => new ConnectionEvent(step * (i + 1), id, ConnectionEventKind.Received) { Data = data });
        var end = step * (packets.Length + 1);
        return
        [
            new ConnectionEvent(TimeSpan.Zero, id, ConnectionEventKind.Opened) { Text = "127.0.0.1:80", Detail = "127.0.0.1:5000" }, .. received,
            new ConnectionEvent(end, id, ConnectionEventKind.InboundEnded), new ConnectionEvent(end, id, ConnectionEventKind.Closed) { Text = "PeerClosed" },
        ];
    }

    private static void WriteHour(string path, int connections, int packetsEach)
    {
        using var file = File.Create(path);
        file.Write(RecordingFormat.Header(false, DateTimeOffset.UnixEpoch));
        var record = new byte[1024];
        void Write(ConnectionEventKind kind, TimeSpan time, long id, ReadOnlySpan<byte> data = default, string text = "") =>
            file.Write(record.AsSpan(0, RecordingFormat.Write(record, kind, time, id, data, text, "")));
        for (var id = 1; id <= connections; id++)
            Write(ConnectionEventKind.Opened, TimeSpan.Zero, id);
        var random = new Random(1);
        var packet = new byte[200];
        for (var i = 0; i < packetsEach; i++)
        {
            for (var id = 1; id <= connections; id++)
            {
                random.NextBytes(packet);
                Write(ConnectionEventKind.Received, TimeSpan.FromSeconds(i) + TimeSpan.FromMilliseconds(id * 7), id, packet.AsSpan(0, random.Next(1, packet.Length)));
            }
        }

        for (var id = 1; id <= connections; id++)
            Write(ConnectionEventKind.Closed, TimeSpan.FromSeconds(packetsEach), id, default, "PeerClosed");
        file.Write(record.AsSpan(0, RecordingFormat.WriteEnd(record, TimeSpan.FromSeconds(packetsEach), 0, 0)));
    }
}
