using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Closing;

/// <summary>Whatever was rented for a connection is given back, whoever reads it and however it ends.</summary>
public sealed class RentedBuffersSpec
{
    [Test]
    public void In_a_thousand_connections_that_end_at_random_every_buffer_is_given_back()
    {
        using var buffers = RentedBuffers.OfThisThread();
        var random = new Random(7);
        var server = new VirtualServer(options => options with { IdleTimeout = TimeSpan.FromSeconds(20), LingerTimeout = TimeSpan.FromSeconds(1) });
        var peers = new List<TransportPeer>();
        for (var i = 0; i < 1000; i++)
        {
            var (connection, peer) = server.Pair();
            peers.Add(peer);
            Read(connection, random.Next(5));
            _ = peer.SendAsync(Lines(random.Next(1, 10_000)));
            if (random.Next(2) == 0)
                server.Settle();
            if (random.Next(3) == 0)
                connection.Outbound.OnNext(new byte[random.Next(200_000)]);
            End(connection, peer, random.Next(7));
            if (i % 50 == 0)
                server.Advance(TimeSpan.FromSeconds(7));
        }

        var stopped = server.Listener.StopAsync(TimeSpan.FromSeconds(1));
        server.Advance(TimeSpan.FromSeconds(10));
        peers.ForEach(peer => peer.Dispose());
        server.Settle();
        Assert.That((stopped.IsCompletedSuccessfully, server.Listener.Connections.Count), Is.EqualTo((true, 0)));
        Assert.That(buffers.Ever, Is.GreaterThan(2000), "they are rented at all");
        Assert.That(buffers.Out, Is.Zero);
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Names))]
    public async Task In_connections_that_end_at_random_every_receive_buffer_is_given_back(string kind)
    {
        const int ReceiveBufferBytes = 200_000; // 256 KiB of a pool, and nobody else here rents so many
        using var buffers = new RentedBuffers(size => size == 256 * 1024);
        var random = new Random(7);
        using var reach = Reaches.Of(kind);
        await using (var server = new TestServer(reach, new ServerOptions { ReceiveBufferBytes = ReceiveBufferBytes, LingerTimeout = TimeSpan.FromMilliseconds(100) }))
        {
            for (var i = 0; i < 300; i++)
            {
                var (connection, peer) = await server.PairAsync();
                Read(connection, random.Next(5));
                await SendAsync(peer, Lines(random.Next(2000, 60_000))); // less than half a buffer is copied, and more becomes a packet
                End(connection, peer, random.Next(7));
            }
        }

        Assert.That(buffers.Ever, Is.GreaterThan(100), "they are rented at all");
        await Patience.UntilAsync(() => buffers.Out == 0, "all of them are given back");
    }

    /// <summary>Somebody who keeps nothing, who keeps packets, who wants frames, who throws, or nobody.</summary>
    private static void Read(IConnection connection, int how)
    {
        switch (how)
        {
            case 0:
                connection.Inbound.Bytes().Subscribe(connection.Outbound);
                break;
            case 1:
                connection.Inbound.Subscribe(_ => { });
                break;
            case 2:
                connection.Inbound.Bytes().Lines(1000).Subscribe(_ => { });
                break;
            case 3:
                connection.Inbound.Bytes().Subscribe(_ => throw new InvalidOperationException("Meant to be."));
                break;
        }
    }

    private static void End(IConnection connection, ITestPeer peer, int how)
    {
        switch (how)
        {
            case 0:
                peer.Close();
                break;
            case 1:
                peer.FinishSending();
                break;
            case 2:
                peer.Reset();
                break;
            case 3:
                connection.Abort();
                break;
            case 4:
                connection.Dispose();
                break;
            case 5:
                connection.Outbound.OnCompleted();
                break;
        }
    }

    private static async Task SendAsync(ITestPeer peer, byte[] bytes)
    {
        try
        {
            await peer.SendAsync(bytes).Soon();
        }
        catch (SocketException)
        {
            // Who throws ends the connection, perhaps before all of it was sent.
        }
    }

    /// <summary>Lines, the last of them not whole.</summary>
    private static byte[] Lines(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
            bytes[i] = i % 100 == 99 ? (byte)'\n' : (byte)'.';
        return bytes;
    }
}
