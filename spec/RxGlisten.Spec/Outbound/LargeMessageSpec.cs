using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Outbound.Doubles;

namespace RxGlisten.Spec.Outbound;

/// <summary>What is large is copied no more often than it has to be.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LargeMessageSpec
{
    private const int Megabyte = 1 << 20;

    private readonly Tap _tap = new();

    [Test]
    public void A_message_that_can_leave_at_once_is_sent_from_the_sender_s_own_memory([Values("outside a delivery", "in a delivery", "in a delivery, after others")] string where)
    {
        var server = Start(windowBytes: 2 * Megabyte);
        var (connection, peer) = server.Pair();
        var reader = new VirtualReader(server, peer);
        _tap.Original = PeerReading.Noise(Megabyte, 1);
        connection.Inbound.Probe(_ =>
        {
            if (where.EndsWith("others", StringComparison.Ordinal))
                connection.Outbound.OnNext("first"u8.ToArray());
            connection.Outbound.OnNext(_tap.Original);
        });
        if (where == "outside a delivery")
            connection.Outbound.OnNext(_tap.Original);
        else
            Assert.That(peer.SendAsync(new byte[1]).IsCompleted);
        server.Settle();
        Assert.That(_tap.SentInPlace, Is.EqualTo(Megabyte));
        Assert.That(reader.All().Bytes[^Megabyte..].AsSpan().SequenceEqual(_tap.Original));
    }

    [Test]
    public void Of_one_that_does_not_fit_only_the_rest_is_copied_and_the_sender_may_change_it_then([Values] bool inDelivery)
    {
        const int Window = 300_000;
        var server = Start(Window);
        var (connection, peer) = server.Pair();
        var reader = new VirtualReader(server, peer);
        var sent = PeerReading.Noise(Megabyte, 1);
        _tap.Original = [.. sent];
        if (inDelivery)
        {
            connection.Inbound.Probe(_ => Send());
            Assert.That(peer.SendAsync(new byte[1]).IsCompleted);
            server.Settle();
        }
        else
        {
            Send();
        }

        Assert.That(_tap.SentInPlace, Is.EqualTo(Window));
        Assert.That(reader.All().Bytes.AsSpan().SequenceEqual(sent));

        void Send()
        {
            connection.Outbound.OnNext(_tap.Original);
            Array.Clear(_tap.Original);
        }
    }

    [Test]
    public void A_packet_that_fills_half_of_its_buffer_is_that_buffer_though_it_is_kept()
    {
        var server = Start(windowBytes: Megabyte);
        var (connection, peer) = server.Pair();
        var kept = connection.Inbound.Probe();
        Assert.That(peer.SendAsync(PeerReading.Noise(40_000, 1)).IsCompleted);
        server.Settle();
        var packet = (Packet)kept.Items.Single();
        Assert.That(packet.Data.Length, Is.EqualTo(40_000));
        Assert.That(packet.Data.Span.Overlaps(_tap.ReceivedInto.Span));
    }

    private VirtualServer Start(int windowBytes) => new(windowBytes: windowBytes, through: endpoint => new TappedEndPoint(endpoint, _tap));
}
