using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.EventLoop.Doubles;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>Handlers that block, all on one loop.</summary>
[Platform("Linux")]
public sealed class BlockedHandlerSpec
{
    private static readonly byte[] Quick = "quick"u8.ToArray();
    private static readonly byte[] Block = "block"u8.ToArray();

    [Test]
    public async Task While_twenty_connections_block_the_others_are_served()
    {
        using var release = new ManualResetEventSlim();
        using var log = new LogRecorder();
        var blocked = 0L;
        using var meters = new MeterTap((name, count) =>
        {
            if (name == "rxglisten.callbacks.blocked")
                Interlocked.Add(ref blocked, count);
        });
        var listener = RxServer.Bind(new OwnLoops(1).EndPoint(), new ServerOptions { LoggerFactory = log, MeterFactory = meters });
        using var serving = listener.Serve(connection => connection.Inbound.Bytes().Do(bytes =>
        {
            if (bytes.Span.SequenceEqual(Block))
                release.Wait();
        })).Subscribe();
        var peers = await ConnectAsync(listener, 200);
        await Task.WhenAll(peers.Take(20).Select(peer => peer.SendAsync(Block))).Soon();
        await Task.WhenAll(peers.Skip(20).Select(peer => TalkAsync(peer, 20))).Soon();
        Assert.That(peers.Take(20).Select(peer => peer.ReceiveAsync().IsCompleted), Has.None.True, "they were blocked all the time");
        await Patience.UntilAsync(() => Interlocked.Read(ref blocked) > 0, "it was counted");
        release.Set();
        await Patience.UntilAsync(() => log.Entries.Count > 0, "it was logged");
        Assert.That(log.Entries.Single(), Does.Contain("blocked an event loop"));
        foreach (var peer in peers)
            peer.Dispose();
        await listener.StopAsync(TimeSpan.Zero).Soon();
    }

    [Test]
    public async Task What_blocks_may_wait_for_others_of_the_same_loop_and_for_its_own_sends()
    {
        using var met = new Barrier(4);
        var listener = RxServer.Bind(new OwnLoops(1).EndPoint());
        using var serving = listener.SelectConnection(connection => connection.Inbound.Bytes().Do(bytes =>
        {
            met.SignalAndWait();
            connection.Outbound.SendAsync(new byte[3_000_000]).AsTask().Wait();
            connection.Outbound.FlushAsync().AsTask().Wait();
            connection.Outbound.OnNext(bytes);
        })).Subscribe();
        var peers = await ConnectAsync(listener, 4);
        var received = peers.Select(peer => ReceiveAsync(peer, 3_000_000 + Block.Length)).ToArray();
        foreach (var peer in peers)
            await peer.SendAsync(Block).Soon();
        foreach (var bytes in await Task.WhenAll(received).Soon())
            Assert.That(bytes[3_000_000..], Is.EqualTo(Block));
        foreach (var peer in peers)
            peer.Dispose();
        await listener.StopAsync(TimeSpan.Zero).Soon();
    }

    [Test]
    public async Task A_connection_that_blocked_is_delivered_serially_and_in_order_and_then_off_the_loop_until_it_is_quick_again()
    {
        using var release = new ManualResetEventSlim();
        var onPool = true;
        var listener = RxServer.Bind(new OwnLoops(1).EndPoint());
        var probes = new List<Probe<Message>>();
        using var accepting = listener.Subscribe(connection => probes.Add(connection.Inbound.Probe(message =>
        {
            Volatile.Write(ref onPool, Thread.CurrentThread.IsThreadPoolThread);
            if (((Packet)message).Data.Span[0] == Block[0])
                release.Wait();
            connection.Outbound.OnNext(((Packet)message).Data);
        })));
        var peers = await ConnectAsync(listener, 2);
        var (first, second) = (peers[0], peers[1]);
        await first.SendAsync(Block).Soon();
        await TalkAsync(second, 1); // served: another thread is the loop
        await first.SendAsync(Quick).Soon();
        await TalkAsync(second, 10);
        release.Set();
        Assert.That(await ReceiveAsync(first, Block.Length + Quick.Length), Is.EqualTo((byte[])[.. Block, .. Quick]));
        await TalkAsync(first, 1);
        Assert.That(onPool, Is.True, "it blocked");
        await TalkAsync(second, 1);
        Assert.That(onPool, Is.False, "this one did not");
        for (var i = 0; i < 100_000; i++)
        {
            await TalkAsync(first, 1);
            if (!Volatile.Read(ref onPool))
                break;
        }

        Assert.That(onPool, Is.False, "it was quick for long");
        foreach (var probe in probes)
            Assert.That(probe.IsEnded, Is.False); // and the grammar was kept
        first.Dispose();
        second.Dispose();
        await listener.StopAsync(TimeSpan.Zero).Soon();
    }

    [Test]
    public async Task A_listener_whose_subscriber_blocks_holds_up_no_connection()
    {
        using var release = new ManualResetEventSlim();
        var listener = RxServer.Bind(new OwnLoops(1).EndPoint());
        var accepted = 0;
        using var serving = listener.Do(_ =>
        {
            if (Interlocked.Increment(ref accepted) == 2)
                release.Wait();
        }).Serve(connection => connection.Inbound.Bytes()).Subscribe();
        var first = (await ConnectAsync(listener, 1))[0];
        await TalkAsync(first, 1);
        var rest = await ConnectAsync(listener, 5);
        await Patience.UntilAsync(() => Volatile.Read(ref accepted) == 2, "the second is delivered");
        await TalkAsync(first, 10);
        release.Set();
        foreach (var peer in rest)
            await TalkAsync(peer, 2);
        foreach (var peer in (ITestPeer[])[first, .. rest])
            peer.Dispose();
        await listener.StopAsync(TimeSpan.Zero).Soon();
    }

    [Test]
    public async Task A_connection_that_blocks_can_be_aborted()
    {
        using var release = new ManualResetEventSlim();
        var listener = RxServer.Bind(new OwnLoops(1).EndPoint());
        var blocking = new TaskCompletionSource<IConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var serving = listener.Serve(connection => connection.Inbound.Bytes().Do(_ =>
        {
            blocking.TrySetResult(connection);
            release.Wait();
        })).Subscribe();
        var peers = await ConnectAsync(listener, 1);
        await peers[0].SendAsync(Block).Soon();
        var connection = await blocking.Task.Soon();
        connection.Abort();
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.Aborted), "while it still blocks");
        Assert.That((await peers[0].ReceiveAsync().Soon()).IsError, Is.True);
        release.Set();
        peers[0].Dispose();
        await listener.StopAsync(TimeSpan.Zero).Soon();
    }

    private static async Task<ITestPeer[]> ConnectAsync(IListener listener, int count)
    {
        var peers = new ITestPeer[count];
        for (var i = 0; i < count; i++)
            peers[i] = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        return peers;
    }

    private static async Task TalkAsync(ITestPeer peer, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await peer.SendAsync(Quick).Soon();
            Assert.That(await ReceiveAsync(peer, Quick.Length), Is.EqualTo(Quick));
        }
    }

    private static async Task<byte[]> ReceiveAsync(ITestPeer peer, int count)
    {
        using var all = new MemoryStream();
        while (all.Length < count)
        {
            var received = await peer.ReceiveAsync((int)Math.Min(64 * 1024, count - all.Length)).Soon();
            Assert.That(received.Bytes, Is.Not.Empty);
            all.Write(received.Bytes);
        }

        return all.ToArray();
    }
}
