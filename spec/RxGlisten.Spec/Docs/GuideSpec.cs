using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Docs;

/// <summary>The snippets of docs/guide/getting-started.md, lifecycle.md and backpressure.md.</summary>
public sealed class GuideSpec
{
    // snippet: start-pipeline
    private static IObservable<ReadOnlyMemory<byte>> Calculator(IObservable<Message> inbound) => inbound.Bytes()
        .Lines(maxLength: 100)
        .Select(line => int.TryParse(line, out var number) ? $"{number} squared is {(long)number * number}" : "a number, please")
        .EncodeLines();
    // end

    // snippet: start-test
    [TestCase("'7\\n'-'x\\n'--F", "'7 squared is 49\\n'-'a number, please\\n'--F")]
    [TestCase("'1'-'2\\n'--F", "--'12 squared is 144\\n'--F")]
    public void A_number_is_squared_however_it_is_cut(string said, string heard)
    {
        Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> calculator = Calculator;
        calculator.Verify(MarbleScript.Parse(said), MarbleScript.Parse(heard), new VirtualTime());
    }
    // end

    [Test]
    public async Task The_calculator_is_served_with_limits()
    {
        const string address = "tcp://127.0.0.1:0";
        // snippet: start-options
        var options = new ServerOptions
        {
            IdleTimeout = TimeSpan.FromMinutes(5), // who is silent for so long is closed; the default is no limit
            MaxConnections = 1000,
        };
        await using var listener = RxServer.Bind(address, options);
        using var serving = listener
            .AdmitPerAddress(20)
            .ServePipeline(Calculator)
            .Subscribe(ended => Console.WriteLine($"{ended.Connection.RemoteEndPoint}: {ended.Reason}"));
        // end
        using var peer = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        await peer.SendAsync("12\n"u8.ToArray()).Soon();
        peer.FinishSending();
        Assert.That(Encoding.ASCII.GetString((await peer.ReadToEndAsync().Soon()).Bytes), Is.EqualTo("12 squared is 144\n"));
    }

    [Test]
    public void A_reply_after_the_fin()
    {
        var (time, network) = Stage();
        // snippet: life-half-close
        static IObservable<ReadOnlyMemory<byte>> Count(IObservable<Message> inbound) => inbound.Bytes()
            .Aggregate(0L, (sum, bytes) => sum + bytes.Length)                                  // one element, at the peer's FIN
            .Select(sum => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"{sum} bytes\n"));    // which is sent after it
        // end
        Listen(time, network).ServePipeline(Count).Subscribe();
        var client = network.Connect(network.EndPoint("server"));
        client.Send("hello");
        client.Finish();
        time.Run(TimeSpan.FromSeconds(1));
        Assert.That(client.ReceivedText, Is.EqualTo("5 bytes\n"));
    }

    [Test]
    public async Task A_stop_that_lets_them_finish()
    {
        var listener = RxServer.Bind("tcp://127.0.0.1:0");
        // snippet: life-drain
        var ended = listener.Serve(connection =>
        {
            var stopping = Observable.Create<string>(observer => connection.Draining.Register(() => observer.OnNext("the server stops\n")));
            return connection.Inbound.Bytes().Select(_ => "hello\n")
                .Merge(stopping)
                .TakeUntil(reply => reply[0] == 't') // that said, the pipeline is over: what is queued is flushed, then comes the FIN
                .Select(reply => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(reply));
        });
        // end
        var probe = ended.Probe();
        using var peer = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        await peer.SendAsync("x"u8.ToArray()).Soon();
        Assert.That((await peer.ReceiveAsync().Soon()).Bytes, Has.Length.EqualTo(6));
        // snippet: life-stop
        var drained = listener.StopAsync(drain: TimeSpan.FromSeconds(30));
        // end
        Assert.That(Encoding.ASCII.GetString((await peer.ReadToEndAsync().Soon()).Bytes), Is.EqualTo("the server stops\n"));
        peer.FinishSending();
        Assert.That(await drained.Soon(), Is.EqualTo(new DrainResult(Finished: 1, Cut: 0)));
        Assert.That((await probe.CountAsync(1))[0].Reason.Kind, Is.EqualTo(CloseKind.LocalClosed).Or.EqualTo(CloseKind.ServerStopping));
    }

    [Test]
    public void A_packet_on_hold_stops_the_peer()
    {
        var (time, network) = Stage();
        var done = new List<IDisposable>();
        // snippet: back-hold
        void Receive(Packet packet)
        {
            var hold = packet.Hold(); // during its delivery; with FlowControl.Once nothing more is read until it is disposed
            done.Add(hold);           // by whoever is done with it, on whatever thread
        }
        // end
        var seen = 0;
        Listen(time, network).SelectConnection(connection => connection.Inbound).Cast<Packet>().Do(_ => seen++).Subscribe(Receive);
        var client = network.Connect(network.EndPoint("server"));
        client.Send("one");
        time.AdvanceBy(TimeSpan.FromSeconds(1));
        client.Send("two");
        time.AdvanceBy(TimeSpan.FromSeconds(1));
        Assert.That(seen, Is.EqualTo(1));
        done[0].Dispose();
        time.AdvanceBy(TimeSpan.FromSeconds(1));
        Assert.That(seen, Is.EqualTo(2));
    }

    [Test]
    public async Task A_sender_that_waits_for_room()
    {
        await using var listener = RxServer.Bind("tcp://127.0.0.1:0");
        // snippet: back-send-async
        static async Task TellAsync(IConnection connection, IEnumerable<ReadOnlyMemory<byte>> blocks)
        {
            foreach (var block in blocks)
                await connection.Outbound.SendAsync(block); // completes when there was room; its memory is free then
            await connection.Outbound.FlushAsync();         // completes when the kernel has all of it
            await connection.DisposeAsync();
        }
        // end
        var blocks = Enumerable.Range(0, 64).Select(i => (ReadOnlyMemory<byte>)new byte[64 * 1024]);
        var connections = listener.Take(1).Probe();
        using var peer = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        var telling = TellAsync((await connections.CountAsync(1))[0], blocks);
        Assert.That((await peer.ReadToEndAsync().Soon()).Bytes, Has.Length.EqualTo(64 * 64 * 1024));
        peer.FinishSending();
        await telling.Soon();
    }

    [Test]
    public void What_is_live_is_left_out_while_a_client_is_slow()
    {
        var (time, network) = Stage();
        var prices = Observable.Interval(TimeSpan.FromMilliseconds(10), time).Select(i => (ReadOnlyMemory<byte>)new byte[10_000]);
        // snippet: back-writable
        IObservable<ReadOnlyMemory<byte>> Live(IConnection connection) => connection.Outbound.Writable
            .Select(writable => writable ? prices : Observable.Never<ReadOnlyMemory<byte>>()) // who is behind is told nothing until the queue is half empty
            .Switch();
        // end
        var queued = 0L;
        Listen(time, network).Serve(connection => Live(connection).Do(_ => queued = Math.Max(queued, connection.Outbound.QueuedBytes))).Subscribe();
        var client = network.Connect(network.EndPoint("server"));
        client.StopReading();
        time.AdvanceBy(TimeSpan.FromSeconds(10));
        Assert.That(queued, Is.LessThan(80_000).And.GreaterThan(0));
    }

    private static (VirtualTime Time, SimulatedNetwork Network) Stage()
    {
        var time = new VirtualTime();
        return (time, new SimulatedNetwork(time, seed: 1));
    }

    private static IObservable<IConnection> Listen(VirtualTime time, SimulatedNetwork network) =>
        RxServer.Listen(network.EndPoint("server"), new ServerOptions { Scheduler = time });
}
