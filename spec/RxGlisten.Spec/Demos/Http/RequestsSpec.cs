using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Demos.Http;
using RxGlisten.Spec.Demos.Http.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Demos.Http;

/// <summary>Requests in, responses out, in order.</summary>
public sealed class RequestsSpec
{
    private const string Hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string HelloHead = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 14\r\n";
    private const string HelloResponse = HelloHead + "\r\nHello, world!\n";

    private static readonly Dictionary<string, string> Inputs = new()
    {
        ["pipelined"] = Hello + "HEAD /hello HTTP/1.1\r\nhOST: a\r\n\r\n" + "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345" + Hello,
        ["chunked"] = "POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5;x=\"y\"\r\n12345\r\n00A\r\n0123456789\r\n0\r\nA: b\r\n\r\n" + Hello,
        ["unwanted bodies"] = "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345" + "GET /hello HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n" + Hello,
        ["empty lines and spaces"] = "\r\n\r\nGET http://a.example/hello?x HTTP/1.1\r\nHost: \t a \r\nX:\r\n\r\n\r\n" + Hello,
        ["a bad one behind good ones"] = Hello + Hello + "GET /hello HTTP/1.1\r\nHost : a\r\n\r\n" + Hello,
        ["a bad chunk"] = Hello + "POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345xx" + Hello,
        ["the last says so"] = Hello + "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n" + Hello,
    };

    private static IEnumerable<string> Names => Inputs.Keys;

    [TestCaseSource(nameof(Names))]
    public void However_the_packets_are_cut_the_responses_are_the_same(string name)
    {
        var input = Inputs[name];
        var expected = new HttpWorld().Send(input);
        var (text, isFinished) = (expected.Text, expected.IsFinished);
        Assert.That(text, Does.StartWith("HTTP/1.1 "));
        foreach (var cuts in Cuts.Of(input.Length))
        {
            var world = new HttpWorld().Send(input, cuts);
            Assert.That((world.Text, world.IsFinished), Is.EqualTo((text, isFinished)), $"cut at {string.Join(' ', cuts)}");
        }
    }

    [TestCase("pipelined", false, 200, 200, 200, 200)]
    [TestCase("chunked", false, 200, 200)]
    [TestCase("unwanted bodies", false, 404, 200, 200)]
    [TestCase("empty lines and spaces", false, 200, 200)]
    [TestCase("a bad one behind good ones", true, 200, 200, 400)]
    [TestCase("a bad chunk", true, 200, 400)]
    [TestCase("the last says so", true, 200, 200)]
    public void They_are_what_they_should_be(string name, bool isFinished, params int[] statuses)
    {
        var world = new HttpWorld().Send(Inputs[name]);
        Assert.That(world.Statuses, Is.EqualTo(statuses));
        Assert.That(world.IsFinished, Is.EqualTo(isFinished));
    }

    [Test]
    public void A_body_is_counted_to_its_end_whether_it_says_its_length_or_comes_in_chunks()
    {
        Assert.That(new HttpWorld().Send(Inputs["pipelined"]).Text, Does.Contain("\r\n2\r\n5\n\r\n0\r\n\r\n"));
        Assert.That(new HttpWorld().Send(Inputs["chunked"]).Text, Does.Contain("\r\n3\r\n15\n\r\n0\r\n\r\n"));
    }

    [Test]
    public void A_HEAD_is_answered_as_a_GET_without_the_content() =>
        Assert.That(new HttpWorld().Send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + Hello).Text, Is.EqualTo(HelloHead + "\r\n" + HelloResponse));

    [Test]
    public void A_response_that_takes_its_time_keeps_its_place_before_those_that_do_not()
    {
        var world = new HttpWorld().Send("GET /clock HTTP/1.1\r\nHost: a\r\n\r\n" + Hello);
        world.Server.Advance(TimeSpan.FromSeconds(5));
        Assert.That(world.Text, Does.Contain("00:00:04").And.Not.Contain("Hello"));
        world.Server.Advance(TimeSpan.FromSeconds(5));
        Assert.That(world.Text, Does.EndWith("00:00:09\n\r\n0\r\n\r\n" + HelloResponse));
    }

    [Test]
    public void Who_finishes_behind_requests_gets_all_their_responses()
    {
        var world = new HttpWorld().Send(Hello + "GET /clock HTTP/1.1\r\nHost: a\r\n\r\n" + Hello);
        world.Client.FinishSending();
        world.Server.Advance(TimeSpan.FromSeconds(20));
        Assert.That((world.Statuses.Count, world.IsFinished), Is.EqualTo((3, true)));
        Assert.That(world.Closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.PeerClosed));
    }

    [TestCase("GET /hello HTTP/1.0\r\n\r\n", "Connection: close", true)]
    [TestCase("GET /hello HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "Connection: keep-alive", false)]
    [TestCase("GET /clock HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "Connection: close", true)]
    public void An_old_client_is_told_whether_the_connection_lasts(string request, string line, bool isFinished)
    {
        var world = new HttpWorld().Send(request);
        world.Server.Advance(TimeSpan.FromSeconds(20));
        Assert.That(world.Text.Split("\r\n"), Does.Contain(line).And.Not.Contain("Transfer-Encoding: chunked"));
        Assert.That(world.IsFinished, Is.EqualTo(isFinished));
    }

    [TestCase("DELETE /hello", 405)]
    [TestCase("GET /nowhere", 404)]
    [TestCase("BREW /hello", 405)]
    [TestCase("OPTIONS *", 404)]
    public void What_is_not_there_is_said_and_the_connection_lasts(string what, int status) =>
        Assert.That(new HttpWorld().Send($"{what} HTTP/1.1\r\nHost: a\r\n\r\n" + Hello).Statuses, Is.EqualTo(new[] { status, 200 }));

    [TestCase("DELETE /hello", "GET, HEAD")]
    [TestCase("GET /echo", "POST")]
    public void What_is_allowed_is_named(string what, string allowed) =>
        Assert.That(new HttpWorld().Send($"{what} HTTP/1.1\r\nHost: a\r\n\r\n").Text.Split("\r\n"), Does.Contain($"Allow: {allowed}"));

    [Test]
    public void The_live_page_listens_to_the_number_of_connections()
    {
        var text = new HttpWorld().Send("GET /live HTTP/1.1\r\nHost: a\r\n\r\n").Text;
        Assert.That(text, Does.StartWith("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n").And.Contain("new WebSocket(").And.Contain("/socket/connections"));
    }

    [Test]
    public void The_date_is_that_of_the_scheduler_and_goes_on_by_the_second()
    {
        var world = new HttpWorld().Send(Hello);
        world.Server.Advance(TimeSpan.FromSeconds(61));
        world.Send(Hello);
        var dates = System.Text.Encoding.ASCII.GetString(world.Bytes).Split("\r\n").Where(line => line.StartsWith("Date: ", StringComparison.Ordinal));
        Assert.That(dates, Is.EqualTo(new[] { "Date: Mon, 01 Jan 0001 00:00:00 GMT", "Date: Mon, 01 Jan 0001 00:01:01 GMT" }));
    }

    [Test]
    public void A_stopping_server_finishes_what_is_under_way_and_lets_go_of_who_waits()
    {
        var world = new HttpWorld().Send("GET /clock HTTP/1.1\r\nHost: a\r\n\r\n" + Hello);
        var idle = world.Server.Connect();
        var idleReader = new VirtualReader(world.Server, idle);
        var stopping = world.Server.Listener.StopAsync(TimeSpan.FromMinutes(1));
        Assert.That(idleReader.All().End is { IsFin: true });
        world.Server.Advance(TimeSpan.FromSeconds(20));
        Assert.That((world.Statuses.Count, world.IsFinished), Is.EqualTo((1, true)), "the second request was not looked at any more");
        Assert.That(world.Text, Does.EndWith("00:00:09\n\r\n0\r\n\r\n"));
        world.Client.Close();
        idle.Close();
        world.Server.Settle();
        Assert.That((stopping.IsCompleted, stopping.Result.Cut), Is.EqualTo((true, 0)));
    }

    [Test]
    public void A_site_that_throws_is_500_for_its_own_client_and_told_as_a_fault()
    {
        var world = new HttpWorld(site: request => request.Path == "/bad" ? throw new InvalidOperationException("Meant to be.") : Response.Text("ok"));
        world.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /bad HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.That((world.Statuses, world.IsFinished), Is.EqualTo((new[] { 200, 500 }, true)));
        world.Client.Close();
        world.Server.Settle();
        Assert.That(world.Closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.HandlerFault));
    }

    [Test]
    public void A_body_that_fails_halfway_is_cut_so_that_the_client_sees_it()
    {
        var world = new HttpWorld(site: _ => new Response(200)
        {
            Body = Observable.Throw<ReadOnlyMemory<byte>>(new IOException("Meant to be.")).StartWith("half"u8.ToArray()),
        });
        world.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.That((world.Text, world.IsFinished), Is.EqualTo(("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", true)));
    }

    [Test]
    public void Many_pipelined_requests_are_all_answered()
    {
        var world = new HttpWorld().Send(string.Concat(Enumerable.Repeat(Hello, 500)));
        Assert.That(world.Statuses, Is.EqualTo(Enumerable.Repeat(200, 500)));
    }
}
