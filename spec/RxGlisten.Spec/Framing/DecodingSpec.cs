using NUnit.Framework;
using RxGlisten.Spec.Framing.Doubles;
using RxGlisten.Spec.Harness;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Spec.Framing;

/// <summary>Decoders of one's own: what they are asked, and what happens to those that err.</summary>
public sealed class DecodingSpec
{
    [Test]
    public void A_decoder_that_knows_the_length_is_not_asked_before_it_is_there()
    {
        var asked = new List<int>();
        var feed = new PacketFeed();
        feed.Decode(new Scripted(bytes =>
        {
            asked.Add(bytes.Length);
            return bytes.Length < 500 ? (false, bytes.Length < 2 ? 2 : 500) : (true, 500);
        }), 500).Probe();
        foreach (var size in new[] { 1, 1, 100, 397, 1, 600 })
            feed.Packet(new byte[size]);
        Assert.That(asked, Is.EqualTo(new[] { 1, 2, 500, 600, 100 }));
    }

    [Test]
    public void A_decoder_that_does_not_know_is_given_a_long_packet_step_by_step()
    {
        var asked = new List<int>();
        var feed = new PacketFeed();
        feed.Decode(new Scripted(bytes =>
        {
            asked.Add(bytes.Length);
            return bytes.Length < 900 ? (false, 0) : (true, 900);
        }), 100_000).Probe();
        feed.Packet(new byte[10]);
        feed.Packet(new byte[50_000]);
        Assert.That(asked.Take(4), Is.EqualTo(new[] { 10, 266, 532, 1064 }));
        Assert.That(asked[4], Is.EqualTo(50_010 - 900), "and then the packet itself, behind the frame");
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(11)]
    public void A_frame_of_no_bytes_or_of_more_than_there_are_is_the_decoders_fault(int length)
    {
        var feed = new PacketFeed();
        var probe = feed.Decode(new Scripted(_ => (true, length)), 100).Probe();
        feed.Packet(new byte[10]);
        Assert.That(probe.Error, Is.InstanceOf<InvalidOperationException>().With.Message.Contains(nameof(Scripted)));
        Assert.That(feed.IsObserved, Is.False);
    }

    [TestCase(101)]
    [TestCase(int.MaxValue)]
    [TestCase(-5)]
    [TestCase(int.MinValue)]
    public void A_length_past_the_maximum_or_one_that_overflowed_is_too_large(int length)
    {
        var feed = new PacketFeed();
        var probe = feed.Decode(new Scripted(_ => (false, length)), 100).Probe();
        feed.Packet(new byte[1]);
        Assert.That(probe.Error, Is.TypeOf<FrameTooLargeException>());
    }

    [Test]
    public void A_decoder_that_finds_nothing_is_fed_up_to_the_maximum()
    {
        var feed = new PacketFeed();
        var probe = feed.Decode(new Scripted(_ => (false, 0)), 100).Probe();
        feed.Packet(new byte[60]);
        feed.Packet(new byte[40]);
        Assert.That(probe.IsEnded, Is.False);
        feed.Packet(new byte[1]);
        Assert.That(probe.Error, Is.TypeOf<FrameTooLargeException>());
    }

    [Test]
    public void What_a_decoder_throws_is_an_error_of_the_sequence()
    {
        var feed = new PacketFeed();
        var error = new InvalidOperationException("Meant to be.");
        var probe = feed.Decode(new Scripted(_ => throw error), 100).Probe();
        feed.Packet(new byte[1]);
        Assert.That((probe.Error, feed.IsObserved), Is.EqualTo(((Exception)error, false)));
    }

    [Test]
    public void Each_subscription_to_a_sequence_decodes_by_itself()
    {
        var first = new PacketFeed();
        var second = new PacketFeed();
        var feeds = new Queue<PacketFeed>([first, second]);
        var lines = System.Reactive.Linq.Observable.Defer(() => feeds.Dequeue()).Delimited("--"u8, 10);
        var a = lines.Probe();
        var b = lines.Probe();
        first.Packet("ab-"u8);
        second.Packet("c--d-"u8);
        first.Packet("-"u8);
        Assert.That((a.Items.Count, b.Items.Count), Is.EqualTo((1, 1)));
    }

    private sealed class Scripted(Func<Bytes, (bool, int)> script) : IFrameDecoder<int>
    {
        public bool TryDecode(Bytes bytes, out int frame, out int length)
        {
            (var isFrame, length) = script(bytes);
            frame = length;
            return isFrame;
        }
    }
}
