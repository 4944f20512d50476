using System.Net;
using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Docs;

/// <summary>The snippets of the README and of docs/guide/backpressure.md.</summary>
public sealed class ReadmeSpec
{
    [Test]
    public async Task The_first_program_is_an_echo_until_somebody_presses_enter()
    {
        var (output, input) = (Console.Out, Console.In);
        using var written = new StringWriter();
        var screen = TextWriter.Synchronized(written); // which locks itself
        try
        {
            Console.SetOut(screen);
            Console.SetIn(new Keyboard(TalkAsync));
            await RunAsync();
        }
        finally
        {
            Console.SetOut(output);
            Console.SetIn(input);
        }

        Assert.That(written.ToString(), Does.Contain("PeerClosed"));

        static async Task RunAsync()
        {
            // snippet: first
            await using var listener = RxServer.Bind("tcp://127.0.0.1:0");   // 0: a free port
            using var serving = listener
                .Serve(connection => connection.Inbound.Bytes())             // an echo
                .Subscribe(ended => Console.WriteLine($"{ended.Connection.RemoteEndPoint}: {ended.Reason.Kind}"));
            Console.WriteLine($"listening on {ServerAddress.Format(listener.LocalEndPoint)}; press Enter to stop");
            Console.ReadLine();
            // end
        }

        async Task TalkAsync()
        {
            var address = Said().Split("listening on ")[1].Split(';')[0];
            Assert.That(await AskAsync(ServerAddress.Parse(address), "hello"), Is.EqualTo("hello"));
            await Patience.UntilAsync(() => Said().Contains("PeerClosed", StringComparison.Ordinal), "the end of the connection is told");
        }

        string Said()
        {
            lock (screen)
                return written.ToString();
        }
    }

    [Test]
    public async Task Four_ways_to_serve()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "a big file");
        try
        {
            await using var shouting = RxServer.Bind("tcp://127.0.0.1:0");
            await using var sending = RxServer.Bind("tcp://127.0.0.1:0");
            await using var handling = RxServer.Bind("tcp://127.0.0.1:0");
            await using var counting = RxServer.Bind("tcp://127.0.0.1:0");
            var totals = new Probe<(EndPoint, long)>();
            ServeShouts(shouting);
            ServeFile(sending, file);
            ServeCounts(handling, Observable.Return<Message>(new UserMessage<int>(1)));
            ServeTotals(counting, totals);
            Assert.That(await AskAsync(shouting.LocalEndPoint, "hello"), Is.EqualTo("HELLO"));
            Assert.That(await AskAsync(sending.LocalEndPoint, ""), Is.EqualTo("a big file"));
            Assert.That(await AskAsync(handling.LocalEndPoint, ""), Is.EqualTo("0 packets so far\n"));
            await AskAsync(counting.LocalEndPoint, "hello");
            Assert.That((await totals.CountAsync(1))[0].Item2, Is.EqualTo(5));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void ServeShouts(IListener listener)
    {
        // snippet: pure
        // A pure pipeline: a spec runs it over a hot observable, a server over a socket.
        IObservable<ReadOnlyMemory<byte>> Shout(IObservable<Message> inbound) =>
            inbound.Bytes().Select(bytes => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes.Span).ToUpperInvariant()));

        listener.ServePipeline(Shout).Subscribe();
        // end
    }

    private static void ServeFile(IListener listener, string path)
    {
        // snippet: pulled
        // Pulled: the producer is asked only while the client reads.
        listener.Serve(connection => Outgoing.Pull(File.OpenRead(path))).Subscribe();
        // end
    }

    private static void ServeCounts(IListener listener, IObservable<Message> ticks)
    {
        // snippet: handled
        // A handler: a state for each connection, and a loop that is told one thing at a time, packets and messages of the program's own.
        listener.Handle(
            connection => (0, ticks),
            (count, message, connection) =>
            {
                if (message is Packet)
                    return Next.Continue(count + 1);
                connection.Outbound.OnNext(Encoding.UTF8.GetBytes($"{count} packets so far\n"));
                return count < 100 ? Next.Continue(count) : Next.Stop();
            }).Subscribe();
        // end
    }

    private static void ServeTotals(IListener listener, IObserver<(EndPoint, long)> observer)
    {
        // snippet: isolated
        // State through Scan, isolated per connection, as one sequence.
        var totals = listener.SelectConnection(connection => connection.Inbound.Bytes()
            .Scan(0L, (sum, bytes) => sum + bytes.Length)
            .Select(total => (connection.RemoteEndPoint, total)));
        totals.Subscribe(observer);
        // end
    }

    /// <summary>Says something and finishes; what it is told until the end.</summary>
    private static async Task<string> AskAsync(EndPoint server, string question)
    {
        using var peer = await SocketPeer.ConnectAsync(server).Soon();
        await peer.SendAsync(Encoding.UTF8.GetBytes(question)).Soon();
        peer.FinishSending();
        return Encoding.UTF8.GetString((await peer.ReadToEndAsync().Soon()).Bytes);
    }

    /// <summary>Somebody who presses Enter when he has tried it out.</summary>
    private sealed class Keyboard(Func<Task> tries) : TextReader
    {
        public override string? ReadLine()
        {
            tries().Soon().GetAwaiter().GetResult();
            return "";
        }
    }
}
