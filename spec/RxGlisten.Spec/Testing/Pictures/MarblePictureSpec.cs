using System.Globalization;
using System.Text;
using System.Xml.Linq;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Pictures;

/// <summary>The structure of pictures. Whether they look good was seen by people, on real renders.</summary>
public sealed class MarblePictureSpec
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Test]
    public void A_connection_has_two_lanes_its_operators_its_marbles_and_its_reason()
    {
        var picture = Draw(new MarblePicture { Title = "Echo", Operators = ["Lines", "Select(reply)"] }, Session(1));
        Assert.That(Count(picture, "rect", "in"), Is.EqualTo(2));
        Assert.That(Count(picture, "rect", "out"), Is.EqualTo(2));
        Assert.That(Count(picture, "rect", "operator"), Is.EqualTo(2));
        Assert.That(Count(picture, "line", "lane"), Is.EqualTo(2));
        Assert.That(Count(picture, "line", "finish"), Is.EqualTo(2));
        Assert.That(Count(picture, "path", "reset"), Is.Zero);
        Assert.That(Texts(picture), Is.SupersetOf(new[] { "Echo", "Lines", "Select(reply)", "received", "sent", "'hello'", "'HELLO'", "PeerClosed", "0 s", "#1 10.0.0.1:9 → 10.0.0.2:80" }));
    }

    [Test]
    public void A_reset_is_an_x_in_the_lane_of_who_reset()
    {
        Assert.That(Count(Draw(new(), [.. Session(1)[..^1], Closed(1, "PeerReset")]), "path", "reset"), Is.EqualTo(1));
        Assert.That(Count(Draw(new(), [.. Session(1)[..^1], Closed(1, "Aborted")]), "path", "reset"), Is.EqualTo(1));
    }

    [Test]
    public void A_connection_that_goes_on_has_arrows()
    {
        var picture = Draw(new(), Session(1)[..^3]);
        Assert.That(Count(picture, "path", "lane"), Is.EqualTo(2));
        Assert.That(Texts(picture), Does.Contain("still open"));
    }

    [Test]
    public void Small_payloads_are_shown_and_large_ones_measured()
    {
        var events = new[] { "ok"u8.ToArray(), [0, 255], new byte[4096], Encoding.ASCII.GetBytes("GET /index.html HTTP/1.1\r\nHost: example\r\n") }
            .Select((data, i) => new ConnectionEvent(Second * i, 1, ConnectionEventKind.Received) { Data = data }).ToArray();
        Assert.That(Texts(Draw(new(), events)), Is.SupersetOf(new[] { "'ok'", "<00ff>", "4 KiB", "'GET /index.h…' 41 B" }));
    }

    [Test]
    public void Dense_packets_are_one_with_their_number_and_size()
    {
        var events = Enumerable.Range(0, 12).Select(i => Received(TimeSpan.FromMilliseconds(i), new byte[1024])).Append(Received(Second * 10, "end"u8.ToArray()));
        var picture = Draw(new(), [.. events]);
        Assert.That(Count(picture, "rect", "in"), Is.EqualTo(2));
        Assert.That(Texts(picture), Is.SupersetOf(new[] { "12 packets, 12 KiB", "'end'" }));
    }

    [Test]
    public void Labels_of_a_lane_never_overlap_whatever_came_when()
    {
        var random = new Random(3);
        for (var run = 0; run < 200; run++)
        {
            var times = Enumerable.Range(0, random.Next(1, 200)).Select(_ => random.NextDouble() * random.Next(1, 100)).Order();
            var events = times.Select(time => Received(TimeSpan.FromSeconds(time), new byte[random.Next(1, 40)])).ToArray();
            var picture = Draw(new MarblePicture { WidthPixels = random.Next(480, 2000) }, events);
            var labels = picture.Descendants(Svg + "text").Where(text => Number(text, "y") == 58 && (string?)text.Attribute("text-anchor") == "middle")
                .Select(text => (Middle: Number(text, "x"), Half: PictureText.Width(text.Value) / 2)).ToArray();
            Assert.That(labels, Is.Not.Empty);
            for (var i = 1; i < labels.Length; i++)
                Assert.That(labels[i].Middle - labels[i].Half, Is.GreaterThan(labels[i - 1].Middle + labels[i - 1].Half), $"run {run}, label {i}");
        }
    }

    [Test]
    public void Many_connections_are_cut_short_and_counted()
    {
        var events = Enumerable.Range(1, 50).Select(id => new ConnectionEvent(TimeSpan.Zero, id, ConnectionEventKind.Opened)).ToArray();
        var picture = Draw(new MarblePicture { MostConnections = 3 }, events);
        Assert.That(Count(picture, "path", "lane"), Is.EqualTo(6));
        Assert.That(Texts(picture), Does.Contain("… and 47 more connections"));
    }

    [Test]
    public void Texts_of_all_kinds_make_a_well_formed_picture()
    {
        var picture = Draw(
            new MarblePicture { Title = "a < b & \"c\" \u0001 \uD800", Operators = ["Select<T>(x => y)"] },
            [Received(Second, "<&>'\""u8.ToArray()), Received(Second * 20, Encoding.UTF8.GetBytes("日本語 🙂 \uFFFF"))]);
        Assert.That(Texts(picture), Is.SupersetOf(new[] { "Select<T>(x => y)", @"'<&>\'""'" }));
    }

    [Test]
    public void Nothing_is_a_picture_too() => Assert.That(Texts(Draw(new(), [])), Does.Contain("Nothing happened."));

    [Test]
    public void A_recording_is_drawn_as_its_events_are()
    {
        var events = Session(1);
        Assert.That(new MarblePicture().Render(Recording.Of(events)), Is.EqualTo(new MarblePicture().Render(events)));
    }

    [Test]
    [Explicit("Writes files for people: PICTURES is the folder.")]
    public void Pictures_to_look_at_are_written_where_one_asks_for_them()
    {
        var folder = Environment.GetEnvironmentVariable("PICTURES") ?? Path.GetTempPath();
        foreach (var (name, picture) in PictureSamples.All())
            File.WriteAllText(Path.Combine(folder, name + ".svg"), picture);
    }

    private static XElement Draw(MarblePicture picture, ConnectionEvent[] events) => XElement.Parse(picture.Render(events));

    private static ConnectionEvent[] Session(long id) =>
    [
        new(TimeSpan.Zero, id, ConnectionEventKind.Opened) { Text = "10.0.0.2:80", Detail = "10.0.0.1:9" },
        Received(Second, "hello"u8.ToArray()), new(Second, id, ConnectionEventKind.Sent) { Data = "HELLO"u8.ToArray() },
        Received(Second * 4, "bye"u8.ToArray()), new(Second * 4, id, ConnectionEventKind.Sent) { Data = "BYE"u8.ToArray() },
        new(Second * 5, id, ConnectionEventKind.InboundEnded), new(Second * 5, id, ConnectionEventKind.OutboundFinished), Closed(id, "PeerClosed"),
    ];

    private static ConnectionEvent Received(TimeSpan time, byte[] data) => new(time, 1, ConnectionEventKind.Received) { Data = data };

    private static ConnectionEvent Closed(long id, string kind) => new(Second * 5, id, ConnectionEventKind.Closed) { Text = kind };

    private static int Count(XElement picture, string element, string cls) => picture.Descendants(Svg + element).Count(e => (string?)e.Attribute("class") == cls);

    private static string[] Texts(XElement picture) => [.. picture.Descendants(Svg + "text").Select(text => text.Value)];

    private static double Number(XElement element, string name) => double.Parse((string)element.Attribute(name)!, CultureInfo.InvariantCulture); // texts have it
}
