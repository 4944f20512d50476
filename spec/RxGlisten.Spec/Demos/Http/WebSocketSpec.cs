using NUnit.Framework;
using RxGlisten.Demos.Http;
using RxGlisten.Spec.Demos.Http.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Demos.Http;

/// <summary>WebSocket conversations (RFC 6455).</summary>
public sealed class WebSocketSpec
{
    private static readonly byte[] s_close = ClientFrames.Of(Opcode.Close, "\u0003\u00e8");

    [Test]
    public void The_handshake_answers_the_key() => Assert.That(
        new WebSocketWorld("/socket/echo").Answer.Split("\r\n"),
        Does.Contain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=").And.Contain("HTTP/1.1 101 Switching Protocols").And.Contain("Upgrade: websocket").And.Contain("Connection: Upgrade"));

    [TestCase("", 426)]
    [TestCase("Upgrade: websocket\r\n", 426)]
    [TestCase("Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n", 426)]
    [TestCase("Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\n", 400)]
    [TestCase("Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n", 400)]
    public void A_handshake_with_something_missing_is_told_so_and_the_connection_lasts(string fields, int status)
    {
        var world = new HttpWorld().Send($"GET /socket/echo HTTP/1.1\r\nHost: a\r\n{fields}\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.That(world.Statuses, Is.EqualTo(new[] { status, 200 }));
    }

    [Test]
    public void Messages_are_echoed_also_those_that_came_with_the_handshake()
    {
        var world = new WebSocketWorld("/socket/echo", ClientFrames.Text("early")).Send(ClientFrames.Text("one"), ClientFrames.Of(Opcode.Binary, "two"));
        Assert.That(world.Frames, Is.EqualTo(new[] { "1 early", "1 one", "2 two" }));
    }

    [Test]
    public void A_message_in_parts_is_put_together_and_a_ping_between_them_is_answered_at_once()
    {
        var world = new WebSocketWorld("/socket/echo").Send(ClientFrames.Of(Opcode.Text, "a\u00c3", isFinal: false), ClientFrames.Of(Opcode.Ping, "are you there"));
        Assert.That(world.Frames, Is.EqualTo(new[] { "10 are you there" }));
        world.Send(ClientFrames.Of(Opcode.Continuation, "", isFinal: false), ClientFrames.Of(Opcode.Pong, ""), ClientFrames.Of(Opcode.Continuation, "\u00a9b"));
        Assert.That(world.Frames, Is.EqualTo(new[] { "10 are you there", "1 a\u00c3\u00a9b" }));
    }

    [TestCase("\u0003\u00e8bye", "8 1000")]
    [TestCase("\u000f\u00a0", "8 4000")]
    [TestCase("", "8 0")]
    [TestCase("\u0003", "8 1002")]
    [TestCase("\u0003\u00ed", "8 1002")]
    [TestCase("\u0000\u0001", "8 1002")]
    [TestCase("\u0003\u00e8\u00ff", "8 1007")]
    public void A_close_is_answered_and_ends_the_connection_and_nothing_behind_it_counts(string payload, string answer)
    {
        var world = new WebSocketWorld("/socket/echo").Send(ClientFrames.Text("x"), ClientFrames.Of(Opcode.Close, payload), ClientFrames.Text("y"));
        Assert.That(world.Frames, Is.EqualTo(new[] { "1 x", answer }));
        Assert.That(world.Http.IsFinished);
    }

    private static IEnumerable<TestCaseData> Broken =>
    [
        new("8 1002", new[] { new byte[] { 0x81, 0x01, (byte)'x' } }) { TestName = "no mask" },
        new("8 1002", new[] { ClientFrames.Of(Opcode.Continuation, "x") }) { TestName = "a part of nothing" },
        new("8 1002", new[] { ClientFrames.Of(Opcode.Text, "x", isFinal: false), ClientFrames.Text("y") }) { TestName = "a message inside a message" },
        new("8 1007", new[] { ClientFrames.Text("\u00ff") }) { TestName = "a text that is no UTF-8" },
        new("8 1009", new[] { new byte[] { 0x82, 0xFF, 0, 0, 0, 0, 0, 0x10, 0, 1, 0, 0, 0, 0 } }) { TestName = "a frame that is too large" },
        new("8 1009", Enumerable.Range(0, 17).Select(i => ClientFrames.Of(i == 0 ? Opcode.Binary : Opcode.Continuation, new string('x', 65_536), isFinal: false)).ToArray()) { TestName = "a message that is too large" },
    ];

    [TestCaseSource(nameof(Broken))]
    public void What_breaks_the_protocol_is_told_why(string answer, byte[][] frames)
    {
        var world = new WebSocketWorld("/socket/echo").Send(frames);
        Assert.That(world.Frames, Is.EqualTo(new[] { answer }));
        Assert.That(world.Http.IsFinished);
        world.Http.Client.Close();
        world.Http.Server.Settle();
        Assert.That(world.Http.Closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.ProtocolError));
    }

    [Test]
    public void Who_finishes_without_a_word_gets_one()
    {
        var world = new WebSocketWorld("/socket/connections");
        world.Http.Client.FinishSending();
        world.Http.Server.Settle();
        Assert.That(world.Frames[^1], Is.EqualTo("8 1000").Or.EqualTo("8 0"));
        Assert.That(world.Http.IsFinished);
    }

    [Test]
    public void The_number_of_connections_is_told_at_once_and_as_it_changes()
    {
        var world = new WebSocketWorld("/socket/connections");
        Assert.That(world.Frames, Is.EqualTo(new[] { "1 1" }));
        var others = Enumerable.Range(0, 3).Select(_ => world.Http.Server.Connect()).ToArray();
        world.Http.Server.Advance(TimeSpan.FromSeconds(1));
        Assert.That(world.Frames, Is.EqualTo(new[] { "1 1", "1 4" }));
        others[0].Reset();
        world.Http.Server.Advance(TimeSpan.FromSeconds(1));
        Assert.That(world.Frames, Is.EqualTo(new[] { "1 1", "1 4", "1 3" }));
        world.Send(s_close);
        Assert.That(world.Frames[^1], Is.EqualTo("8 1000"));
    }

    [Test]
    public void Who_only_listens_is_pinged()
    {
        var world = new WebSocketWorld("/socket/echo");
        world.Http.Server.Advance(TimeSpan.FromSeconds(95));
        Assert.That(world.Frames, Is.EqualTo(new[] { "9", "9", "9" }));
    }

    [Test]
    public void A_stopping_server_says_that_it_goes_away()
    {
        var world = new WebSocketWorld("/socket/echo");
        var stopping = world.Http.Server.Listener.StopAsync(TimeSpan.FromSeconds(10));
        Assert.That(world.Frames, Is.EqualTo(new[] { "8 1001" }));
        Assert.That(world.Http.IsFinished);
        world.Http.Client.Close();
        world.Http.Server.Settle();
        Assert.That((stopping.IsCompleted, stopping.Result.Cut), Is.EqualTo((true, 0)));
    }

    [Test]
    public void However_a_handshake_and_what_follows_are_cut_the_echo_is_the_same()
    {
        var handshake = System.Text.Encoding.ASCII.GetBytes(
            "GET /socket/echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        byte[] input = [.. handshake, .. ClientFrames.Text("one"), .. ClientFrames.Of(Opcode.Text, "t", isFinal: false), .. ClientFrames.Of(Opcode.Continuation, "wo"), .. s_close];
        var expected = new HttpWorld().Send(input).Bytes;
        foreach (var cuts in Cuts.Of(input.Length, random: 5))
        {
            var world = new HttpWorld();
            var at = 0;
            foreach (var cut in cuts.Append(input.Length))
            {
                world.Send(input[at..cut]);
                at = cut;
            }

            Assert.That(world.Bytes, Is.EqualTo(expected), $"cut at {string.Join(' ', cuts)}");
        }
    }

    [Test]
    public async Task The_client_of_NET_gets_its_echo_and_an_orderly_end()
    {
        using var reach = Reach.TcpV4();
        await using var server = new TestServer(
            reach, serve: listener => HttpService.Serve(listener, null, new HttpLimits(), System.Reactive.Concurrency.Scheduler.Default).Probe());
        using var client = new System.Net.WebSockets.ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://{server.Listener.LocalEndPoint}/socket/echo"), default).Soon();
        var sent = new byte[300_000];
        new Random(5).NextBytes(sent);
        var sending = client.SendAsync(sent, System.Net.WebSockets.WebSocketMessageType.Binary, true, default);
        var received = new byte[sent.Length];
        for (var count = 0; count < received.Length;)
            count += (await client.ReceiveAsync(received.AsMemory(count), default).Soon()).Count;
        await sending.Soon();
        Assert.That(received, Is.EqualTo(sent));
        await client.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, "bye", default).Soon();
        Assert.That(client.CloseStatus, Is.EqualTo(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure));
    }
}
