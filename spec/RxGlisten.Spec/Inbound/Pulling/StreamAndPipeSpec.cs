using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Inbound.Pulling;

/// <summary>Connections as streams and pipes: in virtual time on the memory network, and over every kind of endpoint.</summary>
public sealed class StreamAndPipeSpec
{
    private static void Send(VirtualServer server, TransportPeer peer, string text)
    {
        _ = peer.SendAsync(Encoding.Latin1.GetBytes(text));
        server.Settle();
    }

    private static string Text(ReadOnlySequence<byte> buffer) => Encoding.Latin1.GetString(buffer);

    private static T Now<T>(VirtualServer server, ValueTask<T> task)
    {
        var running = task.AsTask();
        server.Settle();
        Assert.That(running.IsCompleted);
        return running.Result;
    }

    private static (VirtualServer Server, IConnection Connection, TransportPeer Peer) Bytewise(int bytes = 1)
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = bytes });
        var (connection, peer) = server.Pair();
        return (server, connection, peer);
    }

    [Test]
    public void A_stream_reads_what_there_is_and_a_packet_is_on_hold_until_its_last_byte_was_read()
    {
        var (server, connection, peer) = Bytewise(4);
        var stream = connection.AsStream();
        Send(server, peer, "abcdef");
        var buffer = new byte[3];
        Assert.That(Now(server, stream.ReadAsync(buffer)), Is.EqualTo(3));
        Assert.That(((Connection)connection).Inbound.OldestHeld?.Bytes, Is.EqualTo(4));
        Assert.That(Now(server, stream.ReadAsync(buffer)), Is.EqualTo(1));
        Assert.That(Now(server, stream.ReadAsync(buffer)), Is.EqualTo(2));
        Assert.That(buffer, Is.EqualTo("efc"u8.ToArray()));
        peer.FinishSending();
        Assert.That(Now(server, stream.ReadAsync(buffer)), Is.Zero);
        Assert.That(Now(server, stream.ReadAsync(buffer)), Is.Zero);
    }

    [Test]
    public void A_stream_that_leaves_the_connection_open_gives_back_what_it_has_not_read()
    {
        var (server, connection, peer) = Bytewise(4);
        var stream = connection.AsStream(leaveOpen: true);
        Send(server, peer, "abcdef");
        Assert.That(Now(server, stream.ReadAsync(new byte[3])), Is.EqualTo(3));
        stream.Dispose();
        Assert.That(async () => await stream.ReadAsync(new byte[1]), Throws.InstanceOf<ObjectDisposedException>());
        var rest = connection.Inbound.Probe();
        server.Settle();
        Assert.That((rest.Text(), connection.Closed.IsCompleted), Is.EqualTo(("def", false)));
    }

    [Test]
    public void Disposing_a_stream_closes_the_connection_behind_all_that_was_written()
    {
        var (server, connection, peer) = Bytewise();
        var stream = connection.AsStream();
        stream.WriteAsync("hello"u8.ToArray()).AsTask().Wait();
        stream.Dispose();
        var reader = new VirtualReader(server, peer).All();
        peer.FinishSending();
        server.Settle();
        Assert.That((reader.Text, reader.End?.Bytes.Length, connection.Closed.Result.Kind), Is.EqualTo(("hello", (int?)0, CloseKind.LocalClosed)));
    }

    [Test]
    public void A_pipe_that_has_examined_all_is_given_more_though_one_packet_may_be_on_hold()
    {
        var (server, connection, peer) = Bytewise();
        var input = connection.AsDuplexPipe().Input;
        Send(server, peer, "abcd");
        for (var i = 1; i <= 4; i++)
        {
            var read = Now(server, input.ReadAsync());
            Assert.That(Text(read.Buffer), Is.EqualTo("abcd"[..i]));
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        var next = input.ReadAsync().AsTask();
        server.Settle();
        Assert.That(next.IsCompleted, Is.False);
        peer.FinishSending();
        server.Settle();
        Assert.That((Text(next.Result.Buffer), next.Result.IsCompleted), Is.EqualTo(("abcd", true)));
        input.AdvanceTo(next.Result.Buffer.GetPosition(3));
        var last = Now(server, input.ReadAsync());
        Assert.That((Text(last.Buffer), last.IsCompleted), Is.EqualTo(("d", true)));
        input.AdvanceTo(last.Buffer.End);
        last = Now(server, input.ReadAsync());
        Assert.That((last.Buffer.IsEmpty, last.IsCompleted), Is.EqualTo((true, true)));
    }

    [Test]
    public void What_was_not_examined_is_given_again_at_once_and_stays_on_hold()
    {
        var (server, connection, peer) = Bytewise(4);
        var input = connection.AsDuplexPipe().Input;
        Send(server, peer, "abcdefgh");
        var read = Now(server, input.ReadAsync());
        input.AdvanceTo(read.Buffer.GetPosition(1), read.Buffer.GetPosition(2));
        Assert.That((input.TryRead(out var again), Text(again.Buffer)), Is.EqualTo((true, "bcd")));
        Assert.That(((Connection)connection).Inbound.OldestHeld, Is.Not.Null);
        input.AdvanceTo(again.Buffer.End);
        Assert.That(Text(Now(server, input.ReadAsync()).Buffer), Is.EqualTo("efgh"));
    }

    [Test]
    public void A_pipe_that_would_buffer_too_much_fails()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 4 });
        var (connection, peer) = server.Pair();
        var input = connection.AsDuplexPipe(maxBufferedBytes: 8).Input;
        Send(server, peer, "abcdefghijkl");
        for (var i = 0; i < 2; i++)
        {
            var read = Now(server, input.ReadAsync());
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        server.Settle();
        Assert.That(async () =>
        {
            var read = await input.ReadAsync();
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            await input.ReadAsync();
        }, Throws.InstanceOf<FrameTooLargeException>());
    }

    [Test]
    public void A_pipe_that_is_completed_gives_back_what_it_has_not_consumed()
    {
        var (server, connection, peer) = Bytewise(2);
        var input = connection.AsDuplexPipe().Input;
        Send(server, peer, "abcdef");
        var read = Now(server, input.ReadAsync());
        input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        read = Now(server, input.ReadAsync());
        input.AdvanceTo(read.Buffer.GetPosition(1), read.Buffer.End);
        server.Settle();
        input.Complete();
        var rest = connection.Inbound.Probe();
        server.Settle();
        Assert.That(rest.Text(), Is.EqualTo("bcdef"));
        Assert.That(() => input.TryRead(out _), Throws.InvalidOperationException);
    }

    [Test]
    public void A_pending_read_can_be_cancelled_and_so_can_one_that_is_to_come()
    {
        var (server, connection, peer) = Bytewise();
        var input = connection.AsDuplexPipe().Input;
        var pending = input.ReadAsync().AsTask();
        server.Settle();
        input.CancelPendingRead();
        server.Settle();
        Assert.That((pending.Result.IsCanceled, pending.Result.Buffer.IsEmpty), Is.EqualTo((true, true)));
        input.CancelPendingRead();
        Assert.That(Now(server, input.ReadAsync()).IsCanceled);
        using var cancellation = new CancellationTokenSource();
        var cancelled = input.ReadAsync(cancellation.Token).AsTask();
        cancellation.Cancel();
        server.Settle();
        Assert.That(cancelled.IsCanceled);
        Send(server, peer, "a");
        Assert.That(Text(Now(server, input.ReadAsync()).Buffer), Is.EqualTo("a"), "whatever was cancelled");
    }

    [Test]
    public void The_output_sends_what_was_flushed_and_the_rest_and_fin_when_it_is_completed()
    {
        var (server, connection, peer) = Bytewise();
        var output = connection.AsDuplexPipe().Output;
        var reader = new VirtualReader(server, peer);
        output.Write("one"u8);
        Assert.That((output.UnflushedBytes, reader.All().Text), Is.EqualTo((3L, "")));
        Assert.That(Now(server, output.FlushAsync()).IsCompleted, Is.False);
        Assert.That(reader.All().Text, Is.EqualTo("one"));
        output.Write("two"u8);
        output.Complete();
        Assert.That((reader.All().Text, reader.End is not null, connection.Closed.IsCompleted), Is.EqualTo(("onetwo", true, false)));
    }

    [Test]
    public void A_flush_waits_for_room_can_be_cancelled_and_says_when_nobody_reads_any_more()
    {
        var server = new VirtualServer(options => options with { OutboundHighWaterBytes = 1000 }, windowBytes: 1000);
        var (connection, peer) = server.Pair();
        var output = connection.AsDuplexPipe().Output;
        for (var i = 0; i < 2; i++)
        {
            output.Write(new byte[1500]);
            Assert.That(Now(server, output.FlushAsync()).IsCompleted, Is.False);
        }

        output.Write("!"u8);
        var waiting = output.FlushAsync().AsTask();
        server.Settle();
        Assert.That(waiting.IsCompleted, Is.False);
        output.CancelPendingFlush();
        server.Settle();
        Assert.That((waiting.Result.IsCanceled, output.UnflushedBytes), Is.EqualTo((true, 1L)));
        Assert.That(new VirtualReader(server, peer).All().Bytes, Has.Length.EqualTo(3000));
        Assert.That(Now(server, output.FlushAsync()).IsCanceled, Is.False);
        peer.Reset();
        server.Settle();
        Assert.That(Now(server, output.FlushAsync()).IsCompleted);
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Names))]
    public async Task Streams_and_pipes_carry_everything_both_ways(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { ReceiveBufferBytes = 5000 });
        var sent = PeerReading.Noise(3_000_000, seed: 3);
        foreach (var pipes in new[] { false, true })
        {
            var (connection, peer) = await server.PairAsync();
            var echo = pipes ? EchoPipeAsync(connection.AsDuplexPipe()) : EchoStreamAsync(connection.AsStream());
            var sending = SendAsync(peer);
            var received = await peer.ReadToEndAsync().Soon();
            await sending.Soon();
            await echo.Soon();
            connection.Dispose();
            Assert.That(received.Bytes.AsSpan().SequenceEqual(sent));
        }

        async Task SendAsync(ITestPeer peer)
        {
            await peer.SendAsync(sent).ConfigureAwait(false);
            peer.FinishSending();
        }

        static async Task EchoStreamAsync(Stream stream)
        {
            await using (stream.ConfigureAwait(false))
                await stream.CopyToAsync(stream).ConfigureAwait(false);
        }

        static async Task EchoPipeAsync(IDuplexPipe pipe)
        {
            ReadResult read;
            do
            {
                read = await pipe.Input.ReadAsync().ConfigureAwait(false);
                foreach (var segment in read.Buffer)
                    pipe.Output.Write(segment.Span);
                pipe.Input.AdvanceTo(read.Buffer.End);
                await pipe.Output.FlushAsync().ConfigureAwait(false);
            }
            while (!read.IsCompleted);
            await pipe.Input.CompleteAsync().ConfigureAwait(false);
            await pipe.Output.CompleteAsync().ConfigureAwait(false);
        }
    }

    [TestCase("tcp v4")]
    [TestCase("tcp v4 over sockets")]
    public async Task Code_that_blocks_may_read_line_by_line(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        var reading = Task.Run(() =>
        {
            using var reader = new StreamReader(connection.AsStream());
            using var writer = new StreamWriter(connection.AsStream(leaveOpen: true)) { AutoFlush = true };
            while (reader.ReadLine() is { } line)
                writer.Write(line.ToUpperInvariant() + "\n");
        });
        await peer.SendAsync("one\ntwo\nthree"u8.ToArray()).Soon();
        peer.FinishSending();
        Assert.That(Encoding.Latin1.GetString((await peer.ReadToEndAsync().Soon()).Bytes), Is.EqualTo("ONE\nTWO\nTHREE\n"));
        await reading.Soon();
    }
}
