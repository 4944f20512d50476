using System.Net;
using System.Net.Sockets;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Text;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Docs;

/// <summary>The snippets of docs/guide/testing.md, as they stand there.</summary>
public sealed class ChatSpec : ReactiveTest
{
    // snippet: hot
    private static Packet Packet(string text) => new(Encoding.Latin1.GetBytes(text));

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);

    [Test]
    public void What_ada_says_is_heard_by_both()
    {
        var time = new TestScheduler();
        var chat = new Chat(time);
        var ada = time.CreateHotObservable<Message>(
            OnNext(210, (Message)Packet("ada\n")), OnNext(230, (Message)Packet("hel")), OnNext(240, (Message)Packet("lo\n")), OnCompleted<Message>(300));
        var bob = time.CreateHotObservable<Message>(
            OnNext(220, (Message)Packet("bob\n")), OnCompleted<Message>(250));

        var heardByAda = time.CreateObserver<string>();
        var heardByBob = time.CreateObserver<string>();
        chat.Session(ada).Select(Text).Subscribe(heardByAda);
        chat.Session(bob).Select(Text).Subscribe(heardByBob);
        time.Start();

        heardByAda.Messages.AssertEqual(OnNext(240, "ada: hello\n"), OnCompleted<string>(300));
        heardByBob.Messages.AssertEqual(OnNext(240, "ada: hello\n"), OnCompleted<string>(250));
        ada.Subscriptions.AssertEqual(Subscribe(0, 300));
    }
    // end

    // snippet: timer
    [Test]
    public void Who_is_silent_for_a_minute_is_asked_once()
    {
        var time = new TestScheduler();
        var inbound = time.CreateHotObservable<Message>(OnNext(TimeSpan.FromSeconds(30).Ticks, (Message)Packet("ada\n")));
        var heard = new Chat(time).Session(inbound).Select(Text).Probe();

        time.AdvanceTo(TimeSpan.FromSeconds(90).Ticks - 1);
        Assert.That(heard.Items, Is.Empty);
        time.AdvanceBy(TimeSpan.FromHours(1).Ticks);
        Assert.That(heard.Items, Is.EqualTo(new[] { "* are you there?\n" }));
    }
    // end

    // snippet: marbles
    [TestCase("'ada\\n'-'hello\\n'--F", "--'ada: hello\\n'--F")]
    [TestCase("'ada\\nhel'-'lo\\n'--F", "--'ada: hello\\n'--F")]
    [TestCase("'ada\\n'-('a\\n''b\\n')F", "--'ada: a\\nada: b\\n'F")]
    [TestCase("'ada\\n'~61s~F", "~60s~'* are you there?\\n'~1s~F")]
    public void A_session_is_two_lines_of_marbles(string said, string heard)
    {
        var time = new TestScheduler();
        Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> session = new Chat(time).Session;
        session.Verify(MarbleScript.Parse(said), MarbleScript.Parse(heard), time);
    }
    // end

    // snippet: server
    [Test]
    public void A_silent_client_is_asked_and_then_closed()
    {
        var time = new VirtualTime();
        var network = new SimulatedNetwork(time, seed: 1);
        var options = new ServerOptions { Scheduler = time, IdleTimeout = TimeSpan.FromSeconds(90) };
        using var server = RxServer.Listen(network.EndPoint("chat"), options).ServePipeline(new Chat(time).Session).Subscribe();

        var ada = network.Connect(network.EndPoint("chat"), new LinkSettings { Latency = TimeSpan.FromMilliseconds(20) });
        ada.AsMarbleClient().Verify(MarbleScript.Parse("'ada\\n'~2m~"), MarbleScript.Parse("~60040ms~'* are you there?\\n'~29999ms~F"), time);
    }
    // end

    // snippet: explore
    [Test]
    public void Whatever_the_network_does_ada_hears_only_what_was_said() => Exploration.Explore(200, scenario =>
    {
        scenario.Observe(scenario.Listen().ServePipeline(new Chat(scenario.Scheduler).Session), "Serve");
        var ada = scenario.Connect();
        ada.Send("ada\nhel");
        scenario.At(TimeSpan.FromMilliseconds(3), () => ada.Send("lo\n"));
        scenario.At(TimeSpan.FromMilliseconds(6), ada.Finish);
        scenario.Then(() =>
        {
            var lines = ada.ReceivedText.Split('\n')[..^1]; // after the last line end, half a line may have been cut off
            if (lines.Any(line => line is not ("ada: hello" or "* are you there?")))
                scenario.Fail($"She heard {ada.ReceivedText}");
        });
    });
    // end

    // snippet: tcp
    [Test]
    public async Task The_same_session_is_served_over_tcp()
    {
        await using var listener = RxServer.Bind("tcp://127.0.0.1:0");
        using var server = listener.ServePipeline(new Chat(Scheduler.Default).Session).Subscribe();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndPoint).Soon();
        var stream = client.GetStream();

        await stream.WriteAsync("ada\nhello\n"u8.ToArray());
        client.Client.Shutdown(SocketShutdown.Send);

        using var heard = new StreamReader(stream);
        Assert.That(await heard.ReadToEndAsync().Soon(), Is.EqualTo("ada: hello\n"));
    }
    // end

    // snippet: record
    [Test]
    public async Task A_recorded_conversation_still_gives_the_same_bytes()
    {
        var file = Path.GetTempFileName();
        File.Delete(file); // a recorder makes its own, and overwrites none
        await using (var recorder = Recorder.Create(file, Scheduler.Default, new RecordingOptions { Outbound = true }))
        await using (var listener = RxServer.Bind("tcp://127.0.0.1:0").Record(recorder))
        {
            using var server = listener.ServePipeline(new Chat(Scheduler.Default).Session).Subscribe();
            await ConverseAsync((IPEndPoint)listener.LocalEndPoint);
        }

        var recording = Recording.Open(file);
        var sent = recording.Events.Where(e => e.Kind == ConnectionEventKind.Sent).SelectMany(e => e.Data.ToArray());
        var result = recording.Run((connections, time) => connections.ServePipeline(new Chat(time).Session));
        Assert.That(result.Connections.Single().Output.ToArray(), Is.EqualTo(sent));
        File.Delete(file);
    }
    // end

    [Test]
    public async Task Two_lines_record_a_server()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.rec");
        {
            // snippet: recorder
            await using var recorder = Recorder.Create(path, Scheduler.Default, new RecordingOptions { Outbound = true });
            await using var listener = RxServer.Bind("tcp://127.0.0.1:0").Record(recorder);
            // end
        }

        Assert.That(Recording.Open(path).Summary.Tail.Kind, Is.EqualTo(RecordingTailKind.Complete));
        File.Delete(path);
    }

    [Test]
    public void The_picture_in_the_docs_is_drawn_from_a_run()
    {
        // snippet: picture
        var time = TimeSpan.FromMilliseconds(1);
        var said = new (int At, long Who, string What)[]
        {
            (0, 1, "ada\n"), (40, 2, "bob\n"), (120, 1, "hel"), (240, 1, "lo\n"), (420, 2, "hi ada\n"),
        };
        var joined = new long[] { 1, 2 }.Select(who => new ConnectionEvent(0 * time, who, ConnectionEventKind.Opened) { Detail = who == 1 ? "ada" : "bob" });
        var packets = said.Select(s => new ConnectionEvent(s.At * time, s.Who, ConnectionEventKind.Received) { Data = Encoding.Latin1.GetBytes(s.What) });
        var left = new long[] { 1, 2 }.Select(who => new ConnectionEvent((500 + (40 * who)) * time, who, ConnectionEventKind.InboundEnded));

        var run = Recording.Of([.. joined, .. packets, .. left]).Run((connections, scheduler) =>
        {
            var chat = new Chat(scheduler);
            return connections.ServePipeline(chat.Session);
        });
        var picture = new MarblePicture { Title = "A conversation", Operators = ["Lines", "Session"] }.Render(run.Events);
        // end
        DocFiles.Compare("pictures/chat.svg", picture);
    }

    private static async Task ConverseAsync(IPEndPoint server)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server).Soon();
        var stream = client.GetStream();
        using var heard = new StreamReader(stream);
        await stream.WriteAsync("ada\n"u8.ToArray());
        for (var i = 0; i < 10; i++)
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes($"line {i}\n"));
            Assert.That(await heard.ReadLineAsync().Soon(), Is.EqualTo($"ada: line {i}"));
        }
    }
}
