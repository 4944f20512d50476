using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Inbound.Pulling;

/// <summary>Packets that are pulled, in virtual time. Packets are one byte each.</summary>
public sealed class ReadAllSpec
{
    private static VirtualServer Bytewise(Func<ServerOptions, ServerOptions>? more = null) => new(options =>
    {
        options = options with { ReceiveBufferBytes = 1 };
        return more?.Invoke(options) ?? options;
    });

    private static void Send(VirtualServer server, TransportPeer peer, string text)
    {
        _ = peer.SendAsync(Encoding.Latin1.GetBytes(text));
        server.Settle();
    }

    private static string Text(Packet packet) => Encoding.Latin1.GetString(packet.Data.Span);

    [Test]
    public void A_packet_is_delivered_when_it_is_asked_for()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        var packets = connection.ReadAllAsync().GetAsyncEnumerator();
        Send(server, peer, "abc");
        Assert.That(((Connection)connection).Inbound.HasSubscriber, Is.False, "nobody has asked yet");
        foreach (var letter in "abc")
        {
            var next = packets.MoveNextAsync().AsTask();
            server.Settle();
            Assert.That((next.IsCompletedSuccessfully, Text(packets.Current)), Is.EqualTo((true, letter.ToString())));
            server.Advance(TimeSpan.FromHours(1));
            Assert.That(((Connection)connection).Inbound.OldestHeld, Is.Not.Null, "it is on hold until the next is asked for");
        }

        var last = packets.MoveNextAsync().AsTask();
        server.Settle();
        Assert.That(last.IsCompleted, Is.False);
        peer.FinishSending();
        server.Settle();
        Assert.That(last.Result, Is.False);
    }

    [Test]
    public void Leaving_the_loop_pauses_reading_and_the_next_subscriber_goes_on_at_the_next_byte([Values(1, 3)] int flow)
    {
        var server = Bytewise(options => options with { FlowControl = FlowControl.Count(flow) });
        var (connection, peer) = server.Pair();
        var loop = FirstAsync(connection);
        Send(server, peer, "abcde");
        Assert.That(loop.Result, Is.EqualTo("a"));
        server.Settle();
        Assert.That((((Connection)connection).Inbound.HasSubscriber, ((Connection)connection).Inbound.OldestHeld), Is.EqualTo((false, (HeldPacket?)null)));
        var second = FirstAsync(connection);
        server.Settle();
        Assert.That(second.Result, Is.EqualTo(flow == 1 ? "b" : "bc"), "what was given back is one packet");
        var rest = connection.Inbound.Probe();
        Send(server, peer, "f");
        Assert.That((second.Result + rest.Text(), connection.Closed.IsCompleted), Is.EqualTo(("bcdef", false)));

        static async Task<string> FirstAsync(IConnection connection)
        {
            await foreach (var packet in connection.ReadAllAsync())
                return Text(packet);
            return "";
        }
    }

    [Test]
    public void A_packet_may_be_held_longer_by_who_has_it()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        var packets = connection.ReadAllAsync().GetAsyncEnumerator();
        Send(server, peer, "ab");
        var first = packets.MoveNextAsync().AsTask();
        server.Settle();
        var packet = packets.Current;
        Assert.That(first.Result);
        var hold = packet.Hold();
        var second = packets.MoveNextAsync().AsTask();
        server.Settle();
        Assert.That(second.IsCompleted, Is.False);
        Assert.That(() => packet.Hold(), Throws.InvalidOperationException);
        hold.Dispose();
        server.Settle();
        Assert.That((second.Result, Text(packets.Current)), Is.EqualTo((true, "b")));
    }

    [Test]
    public void Cancelling_ends_the_loop_and_leaves_the_connection_open()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        using var cancellation = new CancellationTokenSource();
        var count = 0;
        var loop = LoopAsync();
        Send(server, peer, "ab");
        cancellation.Cancel();
        server.Settle();
        Assert.That((loop.IsCanceled, count, connection.Closed.IsCompleted), Is.EqualTo((true, 2, false)));
        var rest = connection.Inbound.Probe();
        Send(server, peer, "c");
        Assert.That(rest.Text(), Is.EqualTo("c"));

        async Task LoopAsync()
        {
            await foreach (var packet in connection.ReadAllAsync(cancellation.Token))
                count++;
        }
    }

    [TestCase(AbnormalClosure.Complete)]
    [TestCase(AbnormalClosure.Error)]
    public void A_reset_ends_it_as_the_options_say_behind_the_packets_before_it(AbnormalClosure abnormal)
    {
        var server = Bytewise(options => options with { AbnormalClosure = abnormal });
        var (connection, peer) = server.Pair();
        var text = "";
        var loop = LoopAsync();
        Send(server, peer, "abc");
        peer.Reset();
        server.Settle();
        Assert.That((text, loop.IsFaulted), Is.EqualTo(("abc", abnormal == AbnormalClosure.Error)));
        if (abnormal == AbnormalClosure.Error)
            Assert.That((loop.Exception!.InnerException as ConnectionClosedException)?.Reason.Kind, Is.EqualTo(CloseKind.PeerReset));

        async Task LoopAsync()
        {
            await foreach (var packet in connection.ReadAllAsync())
                text += Text(packet);
        }
    }

    [Test]
    public void A_second_reader_is_told_that_there_is_one()
    {
        var server = Bytewise();
        var (connection, _) = server.Pair();
        using var first = connection.Inbound.Probe();
        var second = connection.ReadAllAsync().GetAsyncEnumerator().MoveNextAsync().AsTask();
        server.Settle();
        Assert.That(second.Exception?.InnerException, Is.InstanceOf<InvalidOperationException>().With.Message.Contains("Publish"));
    }

    [Test]
    public void A_served_producer_may_read_so()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        using var serving = System.Reactive.Linq.Observable.Return(connection).Serve(Echo).Probe();
        Send(server, peer, "abc");
        peer.FinishSending();
        server.Settle();
        Assert.That((new VirtualReader(server, peer).All().Text, connection.Closed.IsCompleted), Is.EqualTo(("ABC", true)));

        static async IAsyncEnumerable<ReadOnlyMemory<byte>> Echo(IConnection connection)
        {
            await foreach (var packet in connection.ReadAllAsync())
                yield return Encoding.Latin1.GetBytes(Text(packet).ToUpperInvariant());
        }
    }
}
