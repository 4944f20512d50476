using System.Reactive.Linq;
using System.Runtime.InteropServices;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Inbound;

/// <summary>Where received bytes live, and for how long.</summary>
public sealed class ReceiveMemorySpec
{
    [TestCase(64 * 1024)]
    [TestCase(5000)]
    [TestCase(3000)]
    [TestCase(1025)]
    [TestCase(100)]
    [TestCase(1)]
    public void A_kept_packet_keeps_at_most_4_KiB_or_twice_its_size_alive(int receiveBufferBytes)
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = receiveBufferBytes });
        var (connection, peer) = server.Pair();
        var probe = connection.Inbound.Probe();
        var total = 0;
        foreach (var size in new[] { 1, 2, 31, 511, 512, 513, 1023, 1024, 1025, 2047, 2049, 4095, 4096, 4097, 5000, 8191, 8193, 20_000, 32_767, 32_769, 65_536 })
        {
            _ = peer.SendAsync(new byte[size]);
            server.Settle();
            total += size;
        }

        Assert.That(probe.Bytes(), Has.Length.EqualTo(total));
        AssertFrugal(probe, receiveBufferBytes);
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Names))]
    public async Task Kept_packets_stay_as_they_were_while_others_reuse_buffers(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var echo = new TestServer(reach, serve: listener => listener.Serve(connection => connection.Inbound.Bytes()).Probe());
        await using var server = new TestServer(reach, new ServerOptions { ReceiveBufferBytes = 5000 });
        var (connection, peer) = await server.PairAsync();
        var kept = connection.Inbound.Buffer(3).Delay(TimeSpan.FromMilliseconds(1)).SelectMany(messages => messages).Probe();
        var echoing = await echo.ConnectAsync();
        var random = new Random(5);
        var sent = new byte[300_000];
        random.NextBytes(sent);
        for (var at = 0; at < sent.Length;)
        {
            var count = Math.Min(random.Next(1, 9000), sent.Length - at);
            await peer.SendAsync(sent.AsMemory(at, count)).Soon();
            at += count;
            await echoing.SendAsync(new byte[700]).Soon();
            await echoing.ReadExactlyAsync(700).Soon();
        }

        peer.FinishSending();
        await kept.EndAsync();
        Assert.That(kept.Bytes().AsSpan().SequenceEqual(sent));
        AssertFrugal(kept, 5000);
    }

    [TestCase("Buffer")]
    [TestCase("Window")]
    [TestCase("ObserveOn")]
    [TestCase("Delay")]
    [TestCase("Replay")]
    public void Operators_that_keep_packets_find_them_as_they_were(string how)
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var inbound = connection.Inbound.Bytes();
        var late = TimeSpan.FromSeconds(5);
        var kept = how switch
        {
            "Buffer" => inbound.Buffer(10).SelectMany(parts => parts),
            "Window" => inbound.Window(10).SelectMany(window => window.ToList()).SelectMany(parts => parts),
            "ObserveOn" => inbound.ObserveOn(server.Time),
            "Delay" => inbound.Delay(late, server.Time),
            _ => inbound.Replay().RefCount().DelaySubscription(TimeSpan.Zero, server.Time),
        };
        var probe = kept.Probe();
        server.Settle();
        for (var i = 0; i < 100; i++)
        {
            _ = peer.SendAsync(Enumerable.Repeat((byte)i, 37 * (i + 1)).ToArray());
            server.Settle();
        }

        server.Advance(late);
        Assert.That(probe.Items, Has.Count.EqualTo(100));
        Assert.That(probe.Items.Select((part, i) => part.Length == 37 * (i + 1) && part.ToArray().All(b => b == i)), Is.All.True);
    }

    [Test]
    public void An_idle_socket_waits_in_512_bytes_at_most()
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        using var receive = new ReceiveOperation(socket);
        Assert.That(receive.Buffer, Has.Length.AtMost(512));
    }

    [Test]
    public void Bytes_kept_inside_a_served_pipeline_are_not_reused()
    {
        List<ReadOnlyMemory<byte>> kept = [];
        var server = new VirtualServer(serve: listener => listener.Serve(connection => connection.Inbound.Bytes().Do(kept.Add)).Probe());
        var peer = server.Connect();
        for (var i = 0; i < 50; i++)
        {
            _ = peer.SendAsync(Enumerable.Repeat((byte)i, 100 * (i + 1)).ToArray());
            _ = peer.ReceiveAsync();
            server.Settle();
        }

        Assert.That(kept.Select((part, i) => part.Length == 100 * (i + 1) && part.ToArray().All(b => b == i)), Is.All.True);
    }

    [Test]
    public void An_echo_of_reused_buffers_allocates_nothing_per_message() =>
        Assert.That(AllocatedPerEcho(connection => connection.Inbound.Bytes(), 32), Is.LessThan(1.0));

    [TestCase(1)]
    [TestCase(32)]
    [TestCase(256)]
    [TestCase(480)]
    [TestCase(1000)]
    [TestCase(4096)]
    public void An_echo_of_packets_allocates_the_packet_and_64_bytes_at_most(int size) =>
        Assert.That(
            AllocatedPerEcho(connection => connection.Inbound.Select(static message => ((Packet)message).Data), size),
            Is.LessThanOrEqualTo(size + 64 + 1));

    [Test]
    public void Timeouts_allocate_nothing_per_message() =>
        Assert.That(
            AllocatedPerEcho(
                connection => connection.Inbound.Bytes(),
                32,
                options => options with { IdleTimeout = TimeSpan.FromMinutes(1), MaximumAge = TimeSpan.FromDays(1), HoldTimeout = TimeSpan.FromMinutes(1) }),
            Is.LessThan(1.0));

    private static double AllocatedPerEcho(
        Func<IConnection, IObservable<ReadOnlyMemory<byte>>> pipeline, int size, Func<ServerOptions, ServerOptions>? with = null) =>
        EchoAllocation.PerMessage(pipeline, new byte[size], with);

    private static void AssertFrugal(Probe<Message> probe, int receiveBufferBytes)
    {
        foreach (var packet in probe.Items.Cast<Packet>())
        {
            Assert.That(MemoryMarshal.TryGetArray(packet.Data, out var array));
            Assert.That(array.Array!, Has.Length.AtMost(Math.Max(4096, 2 * packet.Data.Length)));
            Assert.That(packet.Data.Length, Is.InRange(1, receiveBufferBytes));
        }
    }
}
