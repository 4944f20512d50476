using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Spec.Handling;

/// <summary>User code that throws for one connection among many, in every way to serve them: what it had queued arrives, and nobody else notices.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class OneThatThrowsSpec
{
    private const int QueuedBytes = 200_000;
    private static readonly string[] Ways = ["Serve", "Serve, pulled", "ServePipeline", "Handle", "SelectConnection", "Subscribe"];
    private static readonly Bytes Tail = Encoding.Latin1.GetBytes("tail");
    private readonly LogRecorder _log = new();
    private readonly List<IConnection> _connections = [];

    /// <summary>How often the fault was logged; a busy machine may have other things to log.</summary>
    private int Faults => _log.Entries.Count(entry => entry.Contains("Meant to be.", StringComparison.Ordinal));

    [Test]
    public void Among_a_thousand_others([ValueSource(nameof(Ways))] string way)
    {
        const int Others = 1000, Thrower = 500;
        var server = new VirtualServer(options => options with { LoggerFactory = _log }, listener => Serve(listener, way));
        var clients = new List<(TransportPeer Peer, VirtualReader Reader)>();
        for (var i = 0; i < Others + 1; i++)
            Connect();
        AssertServed();
        var (thrower, reader) = clients[Thrower];
        Say(thrower, "!");
        Connect();
        AssertServed();
        var before = reader.Bytes.Length;
        var received = reader.All().Bytes[before..];
        Assert.That(received, Has.Length.EqualTo(QueuedBytes + Tail.Length));
        Assert.That(received[^Tail.Length..], Is.EqualTo(Tail.ToArray()));
        Assert.That(reader.End!.Value.IsFin);
        thrower.FinishSending();
        server.Settle();
        AssertEnded(_connections[Thrower]);
        AssertServed();
        Assert.That(server.Listener.Connections, Has.Count.EqualTo(Others + 1));

        void Connect()
        {
            var peer = server.Connect();
            clients.Add((peer, new VirtualReader(server, peer)));
        }

        void Say(TransportPeer peer, string text)
        {
            _ = peer.SendAsync(Encoding.Latin1.GetBytes(text));
            server.Settle();
        }

        void AssertServed()
        {
            for (var i = 0; i < clients.Count; i++)
            {
                if (i == Thrower && Faults > 0)
                    continue;
                var (peer, reader) = clients[i];
                var before = reader.Text;
                Say(peer, $"{i}");
                Assert.That(reader.All().Text, Is.EqualTo($"{before}{i}"));
            }
        }
    }

    [Test]
    public async Task Among_a_hundred_others_over_sockets([ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind, [ValueSource(nameof(Ways))] string way)
    {
        const int Others = 100, Thrower = 50;
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { LoggerFactory = _log }, listener => Serve(listener, way));
        var peers = new List<ITestPeer>();
        for (var i = 0; i < Others + 1; i++)
            await ConnectAsync();
        await peers[Thrower].SendAsync("!"u8.ToArray()).Soon();
        await ConnectAsync();
        await Task.WhenAll(peers.Where((_, i) => i != Thrower).Select(SayAsync));
        var received = await peers[Thrower].ReadToEndAsync().Soon();
        Assert.That(received.Error, Is.EqualTo(System.Net.Sockets.SocketError.Success));
        Assert.That(received.Bytes, Has.Length.EqualTo(QueuedBytes + Tail.Length));
        Assert.That(received.Bytes[^Tail.Length..], Is.EqualTo(Tail.ToArray()));
        peers[Thrower].FinishSending();
        await _connections[Thrower].Closed.Soon();
        AssertEnded(_connections[Thrower]);
        await Task.WhenAll(peers.Where((_, i) => i != Thrower).Select(SayAsync));
        Assert.That(server.Listener.Connections, Has.Count.EqualTo(Others + 1));

        async Task ConnectAsync()
        {
            peers.Add(await server.ConnectAsync());
            await SayAsync(peers[^1], peers.Count - 1); // served: the next is the next of the connections too
        }

        static async Task SayAsync(ITestPeer peer, int i)
        {
            var text = Encoding.Latin1.GetBytes($"{i}");
            await peer.SendAsync(text).Soon();
            Assert.That(await peer.ReadExactlyAsync(text.Length).Soon(), Is.EqualTo(text));
        }
    }

    private void AssertEnded(IConnection connection)
    {
        Assert.That(connection.Closed.IsCompleted);
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.HandlerFault));
        Assert.That(connection.Closed.Result.Error?.Message, Is.EqualTo("Meant to be."));
        Assert.That(Faults, Is.EqualTo(1));
    }

    /// <summary>Serves an echo that throws at an exclamation mark, with a tail queued.</summary>
    private IDisposable Serve(IListener listener, string way)
    {
        var connections = listener.Do(_connections.Add);
        return way switch
        {
            "Serve" => connections.Serve(c => c.Inbound.Bytes().Select(bytes => Answer(c, bytes))).Probe(),
            "Serve, pulled" => connections.Serve(Pulled).Probe(),
            "ServePipeline" => connections.ServePipeline(inbound => inbound.Bytes().SelectMany(AnswerPurely)).Probe(),
            "Handle" => connections.Handle(_ => 0, (count, message, c) =>
            {
                c.Outbound.OnNext(Answer(c, ((Packet)message).Data));
                return Next.Continue(count + 1);
            }).Probe(),
            "SelectConnection" => connections.SelectConnection(c => c.Inbound.Bytes().Do(bytes => c.Outbound.OnNext(Answer(c, bytes)))).Probe(),
            _ => connections.Subscribe(c => c.Inbound.Subscribe(message => c.Outbound.OnNext(Answer(c, ((Packet)message).Data)))),
        };
    }

    private static Bytes Answer(IConnection connection, Bytes bytes)
    {
        if (bytes.Span[0] != '!')
            return bytes;
        connection.Outbound.OnNext(new byte[QueuedBytes]);
        connection.Outbound.OnNext(Tail);
        throw new InvalidOperationException("Meant to be.");
    }

    private static IObservable<Bytes> AnswerPurely(Bytes bytes) => bytes.Span[0] != '!'
        ? Observable.Return(bytes)
        : Observable.Return<Bytes>(new byte[QueuedBytes]).Append(Tail).Concat(Observable.Throw<Bytes>(new InvalidOperationException("Meant to be.")));

    private static async IAsyncEnumerable<Bytes> Pulled(IConnection connection)
    {
        await foreach (var packet in connection.ReadAllAsync())
            yield return Answer(connection, packet.Data);
    }
}
