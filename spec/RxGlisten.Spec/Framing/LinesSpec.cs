using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Framing.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Framing;

/// <summary>Lines by example.</summary>
public sealed class LinesSpec
{
    [TestCase("a\nb\n", "a|b")]
    [TestCase("a\r\nb\r\n", "a|b")]
    [TestCase("\n\r\n\n", "||")]
    [TestCase("a\rb\n\r\r\n", "a\rb|\r")]
    [TestCase("12345\r\n", "12345")]
    public void A_line_ends_in_a_line_feed_or_a_carriage_return_and_a_line_feed(string bytes, string lines)
    {
        var (feed, probe) = Start(5);
        feed.Packet(Encoding.UTF8.GetBytes(bytes));
        Assert.That(string.Join('|', probe.Items), Is.EqualTo(lines));
        feed.End();
        Assert.That((probe.IsEnded, probe.Error), Is.EqualTo((true, (Exception?)null)));
    }

    [Test]
    public void A_line_is_told_inside_the_packet_that_ends_it()
    {
        var (feed, probe) = Start(100);
        feed.Packet("GET "u8);
        Assert.That(probe.Items, Is.Empty);
        feed.Packet("/\r\nPUT"u8);
        Assert.That(probe.Items, Is.EqualTo(new[] { "GET /" }));
    }

    [Test]
    public void A_character_may_be_cut_in_two()
    {
        var (feed, probe) = Start(100);
        foreach (var b in "größer €\n"u8)
            feed.Packet([b]);
        Assert.That(probe.Items, Is.EqualTo(new[] { "größer €" }));
    }

    [Test]
    public void A_line_that_is_too_long_is_refused_before_it_ends()
    {
        var (feed, probe) = Start(5);
        feed.Packet("ok\n12345\r"u8);
        Assert.That((probe.Items.Count, probe.IsEnded), Is.EqualTo((1, false)), "it may be a line of 5");
        feed.Packet("6"u8);
        Assert.That(probe.Error, Is.TypeOf<FrameTooLargeException>().With.Property("MaxLength").EqualTo(5).And.InstanceOf<ProtocolException>());
        Assert.That(feed.IsObserved, Is.False);
    }

    [Test]
    public void An_end_inside_a_line_is_an_error_and_says_how_much_there_was()
    {
        var (feed, probe) = Start(5);
        feed.Packet("a\nbcd"u8);
        feed.End();
        Assert.That(probe.Error, Is.TypeOf<TruncatedFrameException>().With.Property("Received").EqualTo(3).And.InstanceOf<ProtocolException>());
    }

    [Test]
    public void What_the_encoding_refuses_is_the_peers_fault()
    {
        var feed = new PacketFeed();
        var probe = feed.Lines(100, new UTF8Encoding(false, throwOnInvalidBytes: true)).Probe();
        feed.Packet([(byte)'a', (byte)'\n', 0xFF, (byte)'\n']);
        Assert.That(probe.Items, Is.EqualTo(new[] { "a" }));
        Assert.That(probe.Error, Is.TypeOf<ProtocolException>().With.InnerException.TypeOf<DecoderFallbackException>());
    }

    [Test]
    public void An_error_of_the_source_is_handed_on_also_inside_a_line()
    {
        var (feed, probe) = Start(5);
        feed.Packet("abc"u8);
        var error = new InvalidOperationException("Meant to be.");
        feed.Fail(error);
        Assert.That(probe.Error, Is.SameAs(error));
    }

    [Test]
    public void What_the_observer_throws_is_thrown_at_the_source_and_is_no_error_of_the_sequence()
    {
        var feed = new PacketFeed();
        Exception? told = null;
        feed.Lines(5).Subscribe(_ => throw new InvalidOperationException("Meant to be."), error => told = error);
        Assert.That(() => feed.Packet("a\n"u8), Throws.InvalidOperationException.With.Message.EqualTo("Meant to be."));
        Assert.That(told, Is.Null);
    }

    [Test]
    public void Whoever_leaves_is_told_nothing_more_not_even_of_the_same_packet()
    {
        var feed = new PacketFeed();
        var probe = feed.Lines(5).Take(2).Probe();
        feed.Packet("a\nb\nc\nd\n"u8);
        Assert.That(probe.Items, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(feed.IsObserved, Is.False);
    }

    [Test]
    public void Arguments_are_looked_at_before_anything_is_subscribed()
    {
        var bytes = Observable.Empty<ReadOnlyMemory<byte>>();
        Assert.That(() => bytes.Lines(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => bytes.Lines((1024 * 1024 * 1024) + 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => bytes.Lines(10, Encoding.Unicode), Throws.ArgumentException.With.Message.Contains("utf-16"));
        Assert.That(() => bytes.ByteLines(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => bytes.Delimited([], 10), Throws.ArgumentException);
        Assert.That(() => bytes.FixedLength(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => ((IObservable<ReadOnlyMemory<byte>>)null!).Lines(10), Throws.ArgumentNullException);
    }

    private static (PacketFeed Feed, Probe<string> Probe) Start(int maxLength)
    {
        var feed = new PacketFeed();
        return (feed, feed.Lines(maxLength).Probe());
    }
}
