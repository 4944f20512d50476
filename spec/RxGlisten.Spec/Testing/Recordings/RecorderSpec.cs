using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Spec.Handling.Doubles;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Recordings;

/// <summary>A recorded server is the same server, whatever becomes of its recording.</summary>
public sealed class RecorderSpec
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Test]
    public async Task A_fault_in_a_recorded_connection_is_a_handler_fault_as_ever()
    {
        var server = new RecordedServer(connections => connections.ServePipeline(inbound => inbound.Bytes().Select(Fail)));
        var peer = server.Connect();
        await peer.SendAsync("x"u8.ToArray());
        server.Advance(Second * 10);
        Assert.That(server.Closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.HandlerFault));
        Assert.That((await ReadAsync(server))[^1].CloseKind, Is.EqualTo(CloseKind.HandlerFault));
    }

    [Test]
    public async Task A_recorded_connection_hands_on_the_same_packets_so_they_can_be_held()
    {
        var held = new List<IDisposable>();
        var packets = new List<Message>();
        var server = new RecordedServer(connections => connections.Serve(connection => connection.Inbound.SelectMany(message =>
        {
            packets.Add(message);
            held.Add(((Packet)message).Hold());
            return Observable.Empty<ReadOnlyMemory<byte>>();
        })));
        var peer = server.Connect();
        await peer.SendAsync("one"u8.ToArray());
        server.Advance(Second);
        await peer.SendAsync("two"u8.ToArray());
        server.Advance(Second);
        Assert.That(packets, Has.Count.EqualTo(1), "the first is on hold");
        held[0].Dispose();
        server.Advance(Second);
        Assert.That(packets, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_served_recorded_connection_that_reads_nothing_is_not_unclaimed()
    {
        var server = new RecordedServer(connections => connections.Serve(_ => Observable.Never<ReadOnlyMemory<byte>>()));
        server.Connect();
        server.Advance(TimeSpan.FromHours(1));
        Assert.That(server.Closed.Items, Is.Empty);
        Assert.That(server.Listener.Connections, Has.Count.EqualTo(1));
    }

    [Test]
    public void The_connections_of_a_recorded_listener_are_the_recorded_ones()
    {
        IConnection? served = null;
        var server = new RecordedServer(connections => connections.Serve(connection =>
        {
            served = connection;
            return Observable.Never<ReadOnlyMemory<byte>>();
        }));
        server.Connect();
        Assert.That(server.Listener.Connections.Single(), Is.SameAs(served));
    }

    [Test]
    public async Task Bytes_sent_through_the_outbound_of_a_recorded_connection_are_recorded_once()
    {
        var sending = Task.CompletedTask;
        var server = new RecordedServer(
            connections => connections.Serve(connection =>
            {
                connection.Outbound.OnNext("one"u8.ToArray());
                sending = connection.Outbound.SendAsync("two"u8.ToArray()).AsTask();
                connection.Outbound.OnCompleted();
                connection.Outbound.OnNext("never"u8.ToArray());
                return Observable.Never<ReadOnlyMemory<byte>>();
            }),
            new RecordingOptions { Outbound = true });
        server.Connect();
        server.Advance(Second);
        await sending.Soon();
        var events = await ReadAsync(server);
        Assert.That(events.Take(4).Select(e => e.Kind), Is.EqualTo(new[]
        {
            ConnectionEventKind.Opened, ConnectionEventKind.Sent, ConnectionEventKind.Sent, ConnectionEventKind.OutboundFinished,
        }));
        Assert.That(events.Where(e => e.Kind == ConnectionEventKind.Sent).Select(e => e.Data.Length), Is.EqualTo(new[] { 3, 3 }));
    }

    [Test]
    public async Task A_connection_that_arrives_faster_than_its_file_is_written_is_lost_and_the_server_goes_on()
    {
        using var file = new StuckStream();
        var server = new RecordedServer(connections => connections.ServePipeline(Replies.Echo), new RecordingOptions { BufferBytes = 1024 }, stream: file);
        var peer = server.Connect();
        for (var i = 0; i < 100; i++)
        {
            await peer.SendAsync(new byte[100]);
            server.Advance(Second);
        }

        server.Connect();
        var status = server.Recorder.Status;
        Assert.That(status, Is.EqualTo(new RecorderStatus(1, 1, 1, status.WaitingBytes, 0, null)));
        Assert.That(status.WaitingBytes, Is.LessThanOrEqualTo(1024 + 64));
        file.Free();
        var events = await ReadAsync(server, file);
        Assert.That(events[^1].Kind, Is.EqualTo(ConnectionEventKind.Lost));
        Assert.That(events.Count(e => e.Kind == ConnectionEventKind.Received), Is.InRange(1, 10));
    }

    [Test]
    public async Task A_recording_whose_file_fails_is_over_and_the_server_goes_on()
    {
        using var file = new StuckStream();
        file.Free(new IOException("No space left on device"));
        var server = new RecordedServer(connections => connections.ServePipeline(Replies.Echo), stream: file);
        var peer = server.Connect();
        await Patience.UntilAsync(() => server.Recorder.Status.Failure is not null, "the failure was seen");
        await peer.SendAsync("still here"u8.ToArray());
        server.Advance(Second);
        Assert.That((await peer.ReceiveAsync()).Bytes, Is.EqualTo("still here"u8.ToArray()));
        await server.Recorder.DisposeAsync().Soon();
        Assert.That(server.Recorder.Status.Failure!.Message, Does.Contain("No space"));
    }

    [Test]
    public async Task In_virtual_time_a_recorder_can_wait_for_its_file()
    {
        var server = new RecordedServer(
            connections => connections.ServePipeline(Replies.Echo), new RecordingOptions { BufferBytes = 1024, WhenFull = RecordingFullPolicy.Wait });
        var peer = server.Connect();
        for (var i = 0; i < 1000; i++)
        {
            await peer.SendAsync(new byte[1000]);
            server.Advance(Second);
            await peer.ReceiveAsync();
        }

        var events = await ReadAsync(server);
        Assert.That(events.Count(e => e.Kind == ConnectionEventKind.Received), Is.EqualTo(1000));
    }

    [Test]
    public void A_producer_on_a_recorded_connection_is_pulled_only_while_there_is_room()
    {
        var pulled = 0;
        async IAsyncEnumerable<ReadOnlyMemory<byte>> Produce()
        {
            await Task.CompletedTask;
            for (; pulled < 10_000; pulled++)
                yield return new byte[1024];
        }

        var server = new RecordedServer(connections => connections.Serve(_ => Produce()), new RecordingOptions { Outbound = true });
        server.Connect();
        server.Advance(Second);
        Assert.That(pulled, Is.InRange(100, 200), "a window of 64 KiB and as much in line");
    }

    [Test]
    public async Task Connections_of_any_source_can_be_recorded()
    {
        var time = new TestScheduler();
        var network = new MemoryNetwork(time);
        var file = new MemoryStream();
        var recorder = new Recorder(file, time, leaveOpen: true);
        using var ended = RxServer.Listen(network.EndPoint("any"), new ServerOptions { Scheduler = time }).Record(recorder).Take(1).ServePipeline(Replies.Echo).Probe();
        time.AdvanceBy(1);
        var peer = new TransportPeer(network.Connect(network.EndPoint("any")));
        time.AdvanceBy(1);
        await peer.SendAsync("x"u8.ToArray());
        peer.FinishSending();
        time.AdvanceBy(Second.Ticks);
        await recorder.DisposeAsync().Soon();
        using var reader = new RecordingReader(new MemoryStream(file.ToArray()));
        Assert.That(reader.ReadAll().Last().CloseKind, Is.EqualTo(CloseKind.PeerClosed));
    }

    [Test]
    public async Task A_recorder_that_was_disposed_records_nothing_more_and_harms_nobody()
    {
        var server = new RecordedServer(connections => connections.ServePipeline(Replies.Echo));
        var before = server.Connect();
        await server.StopAsync();
        var after = server.Connect();
        foreach (var peer in new[] { before, after })
        {
            await peer.SendAsync("x"u8.ToArray());
            server.Advance(Second);
            Assert.That((await peer.ReceiveAsync()).Bytes, Is.EqualTo("x"u8.ToArray()));
        }

        Assert.That(server.Recorder.Status.UnrecordedConnections, Is.EqualTo(1));
        Assert.That((await ReadAsync(server)).Select(e => e.Kind), Is.EqualTo(new[] { ConnectionEventKind.Opened }));
    }

    [Test]
    public async Task What_a_group_sends_is_recorded_as_sent()
    {
        using var room = new ConnectionGroup();
        var server = new RecordedServer(
            connections => connections.Serve(connection =>
            {
                room.Join(connection);
                return Observable.Never<ReadOnlyMemory<byte>>();
            }),
            new RecordingOptions { Outbound = true });
        var peer = server.Connect();
        room.OnNext("news"u8.ToArray());
        server.Advance(Second);
        Assert.That((await peer.ReceiveAsync()).Bytes, Is.EqualTo("news"u8.ToArray()));
        var sent = (await ReadAsync(server)).Where(e => e.Kind == ConnectionEventKind.Sent);
        Assert.That(sent.Select(e => e.Data.ToArray()), Is.EqualTo(new[] { "news"u8.ToArray() }));
    }

    [Test]
    public async Task An_end_is_recorded_though_the_recorder_is_disposed_in_the_same_moment()
    {
        SynchronizationContext.SetSynchronizationContext(null); // the framework's would send continuations to the pool
        var file = new MemoryStream();
        var recorder = new Recorder(file, new TestScheduler(), leaveOpen: true);
        var connection = new HandmadeConnection();
        var disposing = Task.CompletedTask;
        connection.Closed.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => disposing = recorder.DisposeAsync().AsTask()); // before the recorder is told of the end
        recorder.Record(connection);
        connection.Dispose();
        await disposing.Soon();
        using var reader = new RecordingReader(new MemoryStream(file.ToArray()));
        Assert.That(reader.ReadAll().Select(e => e.Kind), Is.EqualTo(new[] { ConnectionEventKind.Opened, ConnectionEventKind.Closed }));
    }

    private static ReadOnlyMemory<byte> Fail(ReadOnlyMemory<byte> bytes) => throw new InvalidOperationException("The handler has a bug.");

    private static async Task<ConnectionEvent[]> ReadAsync(RecordedServer server, StuckStream? file = null)
    {
        var bytes = await server.StopAsync();
        using var reader = new RecordingReader(new MemoryStream(file?.ToArray() ?? bytes));
        var events = reader.ReadAll().ToArray();
        Assert.That(reader.Tail!.Kind, Is.EqualTo(RecordingTailKind.Complete));
        return events;
    }
}
