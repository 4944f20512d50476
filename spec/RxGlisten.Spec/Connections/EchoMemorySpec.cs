using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Connections;

/// <summary>What an echo over the sockets of the system allocates per message, by a client that allocates nothing.</summary>
public sealed class EchoMemorySpec
{
    private const int Messages = 2000;

    [Test]
    public async Task Nothing_where_buffers_are_reused([ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind, [Values(32, 4096)] int size) =>
        Assert.That(await AllocatedPerMessageAsync(kind, connection => connection.Inbound.Bytes(), size), Is.LessThan(1.0));

    [Test]
    public async Task The_bytes_and_64_more_at_most_where_packets_may_be_kept(
        [ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind, [Values(32, 1000, 4096)] int size) =>
        Assert.That(
            await AllocatedPerMessageAsync(kind, connection => connection.Inbound.Select(static message => ((Packet)message).Data), size),
            Is.LessThanOrEqualTo(size + 64 + 1.0));

    /// <summary>The least of some rounds: what else goes on in the process can only add to one.</summary>
    private static async Task<double> AllocatedPerMessageAsync(string kind, Func<IConnection, IObservable<ReadOnlyMemory<byte>>> pipeline, int size)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, serve: listener => listener.Serve(pipeline).Probe());
        var endpoint = server.Listener.LocalEndPoint;
        using var client = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = 30_000, ReceiveTimeout = 30_000 };
        client.Connect(endpoint);
        var (message, received) = (new byte[size], new byte[size]);
        Echo(client, message, received);
        var least = double.MaxValue;
        for (var round = 0; round < 6; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Echo(client, message, received);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Messages);
        }

        return least;
    }

    private static void Echo(Socket client, byte[] message, byte[] received)
    {
        for (var i = 0; i < Messages; i++)
        {
            for (var sent = 0; sent < message.Length;)
                sent += client.Send(message.AsSpan(sent));
            for (var back = 0; back < message.Length;)
            {
                var count = client.Receive(received.AsSpan(back));
                back += count > 0 ? count : throw new EndOfStreamException("The server ended the connection.");
            }
        }
    }
}
