using NUnit.Framework;
using RxGlisten.Demos.Http;
using RxGlisten.Spec.Demos.Http.Doubles;

namespace RxGlisten.Spec.Demos.Http;

/// <summary>What two servers could read in two ways, or what is too much, gets its status and the end; what it carries is never answered.</summary>
public sealed class SmugglingSpec
{
    private const string Hidden = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Post = "POST /size HTTP/1.1\r\nHost: a\r\n";
    private const string Chunked = Post + "Transfer-Encoding: chunked\r\n\r\n";

    private static readonly (string Name, int Status, string Input)[] Cases =
    [
        ("both lengths", 400, Post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("both lengths, the other way round", 400, Post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
        ("two lengths that differ", 400, Post + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"),
        ("two lengths that don't", 400, Post + "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"),
        ("a list of lengths", 400, Post + "Content-Length: 4, 4\r\n\r\nabcd"),
        ("a length with a sign", 400, Post + "Content-Length: +4\r\n\r\nabcd"),
        ("a negative length", 400, Post + "Content-Length: -1\r\n\r\n"),
        ("a hexadecimal length", 400, Post + "Content-Length: 0x4\r\n\r\nabcd"),
        ("a length with a space inside", 400, Post + "Content-Length: 1 0\r\n\r\nabcdefghij"),
        ("no length", 400, Post + "Content-Length:\r\n\r\n"),
        ("a length that overflows", 413, Post + "Content-Length: 18446744073709551620\r\n\r\n"),
        ("a length that is too much", 413, Post + "Content-Length: 1073741825\r\n\r\n"),
        ("a coding that is none", 400, Post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ("a coding twice", 400, Post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
        ("two codings", 400, Post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("a coding and identity", 400, Post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
        ("a coding behind a vertical tab", 400, Post + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n"),
        ("a coding that is not last", 400, Post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
        ("a coding that is not spoken", 501, Post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        ("a coding in HTTP/1.0", 400, "POST /size HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("a chunk's size that is none", 400, Chunked + "zz\r\n"),
        ("a chunk's size with a sign", 400, Chunked + "-1\r\n"),
        ("a chunk's size with 0x", 400, Chunked + "0x5\r\nhello\r\n"),
        ("a chunk's size behind a space", 400, Chunked + " 5\r\nhello\r\n"),
        ("a chunk's size before a space", 400, Chunked + "5 \r\nhello\r\n"),
        ("a chunk without a size", 400, Chunked + "\r\nhello\r\n"),
        ("a chunk's size that overflows", 400, Chunked + "ffffffffffffffff1\r\n"),
        ("a chunk's size that is too much", 413, Chunked + "7fffffffffffff\r\n"),
        ("a chunk's size on a bare line feed", 400, Chunked + "5\nhello\r\n0\r\n\r\n"),
        ("a chunk's extension with a bare carriage return", 400, Chunked + "5;a\rb\r\nhello\r\n0\r\n\r\n"),
        ("a chunk's extension without end", 400, Chunked + "5;" + new string('x', 2000)),
        ("a chunk that is longer than it says", 400, Chunked + "4\r\nhello\r\n0\r\n\r\n"),
        ("a chunk that ends by a bare line feed", 400, Chunked + "5\r\nhello\n0\r\n\r\n"),
        ("a trailer without a name", 400, Chunked + "0\r\n: x\r\n\r\n"),
        ("trailers without end", 431, Chunked + "0\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 5000))),
        ("bare line feeds", 400, "GET /hello HTTP/1.1\nHost: a\n\n"),
        ("one bare line feed", 400, "GET /hello HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
        ("a bare line feed before all", 400, "\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("a bare carriage return", 400, "GET /hello HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"),
        ("a bare line feed for the empty line", 400, "GET /hello HTTP/1.1\r\nHost: a\r\n\n"),
        ("a field that goes on in the next line", 400, "GET /hello HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"),
        ("a first field that goes on with the request's line", 400, "GET /hello HTTP/1.1\r\n Host: a\r\n\r\n"),
        ("a space before the colon", 400, Post + "Content-Length : 4\r\n\r\nabcd"),
        ("a tab before the colon", 400, Post + "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n"),
        ("a name that is none", 400, "GET /hello HTTP/1.1\r\nHost: a\r\nX(): b\r\n\r\n"),
        ("a line without a colon", 400, "GET /hello HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"),
        ("a NUL in a value", 400, "GET /hello HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n"),
        ("no host", 400, "GET /hello HTTP/1.1\r\n\r\n"),
        ("two hosts", 400, "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        ("a host that is none", 400, "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        ("a request's line with two spaces", 400, "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("a request's line with a tab", 400, "GET\t/hello HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("a request's line without a version", 400, "GET /hello\r\n\r\n"),
        ("a space behind the version", 400, "GET /hello HTTP/1.1 \r\nHost: a\r\n\r\n"),
        ("a version that is none", 400, "GET /hello HTTP/11\r\nHost: a\r\n\r\n"),
        ("a version in small letters", 400, "GET /hello http/1.1\r\nHost: a\r\n\r\n"),
        ("another version", 505, "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n"),
        ("a target that is none", 400, "GET hello HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("a target that is not ASCII", 400, "GET /h\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("a target that is too long", 414, $"GET /{new string('x', 9000)} HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("too many fields", 431, "GET /hello HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 100)) + "\r\n"),
        ("a huge field", 431, "GET /hello HTTP/1.1\r\nHost: a\r\nX: " + new string('x', 20_000)),
        ("huge fields", 431, "GET /hello HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Repeat($"X: {new string('x', 990)}\r\n", 30))),
        ("a line without end", 431, new string('x', 20_000)),
        ("an expectation that is not known", 417, Post + "Content-Length: 4\r\nExpect: miracles\r\n\r\nabcd"),
        ("TLS", 400, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\n"),
    ];

    private static IEnumerable<string> Names => Cases.Select(@case => @case.Name);

    [TestCaseSource(nameof(Names))]
    public void It_gets_its_status_and_the_end(string name)
    {
        var (_, status, input) = Cases.Single(@case => @case.Name == name);
        foreach (var cuts in new[] { [], Enumerable.Range(1, input.Length - 1).Where(at => at % 700 == 0 || input.Length < 300).ToArray() })
        {
            var world = new HttpWorld().Send(input + Hidden, cuts);
            Assert.That((world.Statuses, world.IsFinished), Is.EqualTo((new[] { status }, true)));
            Assert.That(world.Text, Does.Contain("Connection: close\r\n").And.Not.Contain("Hello"));
            world.Client.Close();
            world.Server.Settle();
            Assert.That(world.Closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.ProtocolError));
        }
    }

    [Test]
    public void A_head_that_is_cut_off_is_no_request()
    {
        var world = new HttpWorld().Send("GET /hello HTTP/1.1\r\nHost: a\r\n");
        world.Client.FinishSending();
        world.Server.Settle();
        Assert.That((world.Statuses, world.IsFinished), Is.EqualTo((new[] { 400 }, true)));
    }

    [TestCase("Content-Length: 5\r\n\r\n1234")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n5\r\n1234")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n4\r\n1234\r\n")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n4\r\n1234\r\n0\r\n")]
    public void A_body_that_is_cut_off_is_not_taken_for_whole(string rest)
    {
        var world = new HttpWorld().Send(Post + rest);
        world.Client.FinishSending();
        world.Server.Settle();
        Assert.That((world.Statuses, world.IsFinished), Is.EqualTo((new[] { 400 }, true)));
    }

    [Test]
    public void A_head_that_comes_byte_by_byte_for_too_long_is_408()
    {
        var world = new HttpWorld(new HttpLimits { HeadTime = TimeSpan.FromSeconds(10) });
        foreach (var letter in "GET /h")
        {
            Assert.That(world.IsFinished, Is.False);
            world.Send($"{letter}");
            world.Server.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.That((world.Statuses, world.IsFinished), Is.EqualTo((new[] { 408 }, true)));
    }

    [TestCase("Content-Length: 1000\r\n\r\n", "x")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n1;", "x")]
    public void A_body_that_comes_byte_by_byte_for_too_long_is_408(string fields, string piece)
    {
        var world = new HttpWorld(new HttpLimits { BodyTime = TimeSpan.FromSeconds(9), BodyBytesPerSecond = 100 }).Send(Post + fields);
        for (var i = 0; i < 6; i++)
        {
            Assert.That(world.IsFinished, Is.False);
            world.Send(piece);
            world.Server.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.That((world.Statuses, world.IsFinished), Is.EqualTo((new[] { 408 }, true)));
    }

    [Test]
    public void A_body_that_gets_on_may_take_its_time()
    {
        var world = new HttpWorld(new HttpLimits { BodyTime = TimeSpan.FromSeconds(10), BodyBytesPerSecond = 100 }).Send(Post + "Content-Length: 5000\r\n\r\n");
        for (var i = 0; i < 25; i++)
        {
            world.Server.Advance(TimeSpan.FromSeconds(2));
            world.Send(new string('x', 200));
        }

        Assert.That(world.Statuses, Is.EqualTo(new[] { 200 }));
    }

    [TestCase("/nowhere", 404)]
    [TestCase("/hello", 405)]
    public void A_long_body_that_nobody_wants_is_not_waited_for(string path, int status)
    {
        var world = new HttpWorld().Send($"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.That((world.Statuses, world.IsFinished), Is.EqualTo((new[] { status }, true)));
        Assert.That(world.Text, Does.Contain("Connection: close\r\n"));
    }

    [TestCase(100, 404, false)]
    [TestCase(101, 413, true)]
    public void A_body_in_chunks_that_nobody_wants_is_read_up_to_the_limit(int length, int status, bool isFinished)
    {
        var chunk = string.Concat(Enumerable.Repeat("1\r\nx\r\n", length));
        var world = new HttpWorld(new HttpLimits { UnwantedBytes = 100 }).Send($"POST /nowhere HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}0\r\n\r\n");
        Assert.That((world.Statuses, world.IsFinished), Is.EqualTo((new[] { status }, isFinished)));
    }

    [Test]
    public void A_chunked_body_past_the_limit_is_413_whatever_its_chunks()
    {
        var chunks = string.Concat(Enumerable.Repeat("5\r\n12345\r\n", 21));
        Assert.That(new HttpWorld(new HttpLimits { BodyBytes = 100 }).Send(Chunked + chunks).Statuses, Is.EqualTo(new[] { 413 }));
        Assert.That(new HttpWorld(new HttpLimits { BodyBytes = 105 }).Send(Chunked + chunks + "0\r\n\r\n").Statuses, Is.EqualTo(new[] { 200 }));
    }
}
