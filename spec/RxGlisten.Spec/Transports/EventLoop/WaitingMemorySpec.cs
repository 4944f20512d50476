using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Sockets;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.EventLoop.Doubles;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>Nothing is held by who waits, whatever was received before: a receive that filled its memory is followed by a look, which may find nothing.</summary>
[Platform("Linux")]
public sealed class WaitingMemorySpec
{
    private const int Size = 32 * 1024;

    [Test]
    public async Task A_look_that_finds_nothing_gives_its_memory_back_and_asks_again_when_something_comes()
    {
        using var listener = new OwnLoops(1).Listen();
        using var peer = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        var connection = (await listener.AcceptAsync(default).Soon()).Connection!;
        var buffer = new ReturnedBuffer(16);
        await peer.SendAsync(new byte[16]).Soon();
        Assert.That((await connection.ReceiveAsync(buffer).Soon()).Bytes, Is.EqualTo(16));
        var receiving = connection.ReceiveAsync(buffer).Soon();
        await TurnAsync(connection.Executor);
        Assert.That((buffer.Asks, buffer.Returns), Is.EqualTo((2, 1)));
        await peer.SendAsync(new byte[7]).Soon();
        Assert.That(((await receiving).Bytes, buffer.Asks, buffer.Returns), Is.EqualTo((7, 3, 1)));
        connection.Abort();
    }

    [Test]
    public async Task Idle_connections_hold_no_buffer_though_each_has_filled_one_to_the_brim([Values] bool byHand)
    {
        const int Count = 300;
        var loops = new OwnLoops(1);
        var options = new ServerOptions { ReceiveBufferBytes = Size };
        var served = byHand ? null : RxServer.Bind(loops.EndPoint(), options);
        using var held = byHand ? ListenSocket.Listen(loops.EndPoint(), options) : null;
        var connections = new List<IConnection>();
        var accepted = new SemaphoreSlim(0);
        using var accepting = served?.Subscribe(connection =>
        {
            connections.Add(connection);
            accepted.Release();
        });
        var peers = new List<SocketPeer>();
        var sockets = new List<ConnectedSocket>();
        for (var i = 0; i < Count; i++)
        {
            peers.Add(await SocketPeer.ConnectAsync(served?.LocalEndPoint ?? held!.LocalEndPoint).Soon());
            if (byHand)
                sockets.Add(await held!.AcceptAsync().Soon());
            else
                await accepted.WaitAsync().Soon();
            await peers[i].SendAsync(new byte[Size]).Soon();
        }

        var waiting = new List<Task<ReadOnlyMemory<byte>>>();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        if (byHand)
        {
            foreach (var socket in sockets)
            {
                await socket.ReceiveAsync(Size).Soon();
                waiting.Add(socket.ReceiveAsync().AsTask());
            }
        }
        else
        {
            var received = 0;
            foreach (var connection in connections)
                connection.Inbound.Bytes().Subscribe(bytes => Interlocked.Add(ref received, bytes.Length));
            await Patience.UntilAsync(() => Volatile.Read(ref received) == Count * Size, "all was received");
        }

        await TurnAsync(loops.Executor); // the one that delivered last is over then
        await TurnAsync(loops.Executor); // and so are the looks
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(Count * Size / 3));
        Assert.That(waiting.Select(receive => receive.IsCompleted), Has.None.True);
        sockets.ForEach(socket => socket.Dispose());
        peers.ForEach(peer => peer.Dispose());
        foreach (var receive in waiting)
            Assert.That(async () => await receive.Soon(), Throws.Exception);
        if (served is not null)
            await served.StopAsync(TimeSpan.Zero).Soon();
    }

    [Test]
    public void What_awaits_ciphertext_gives_its_memory_back_too_but_for_the_record_that_has_begun()
    {
        var inbox = new CipherInbox();
        var bulk = inbox.GetMemory(0).Length;
        inbox.TakeMemoryBack();
        Assert.That(inbox.GetMemory(10).Length, Is.LessThan(bulk / 4), "it has nothing that it would use for this");
        new byte[] { 23, 3, 3, 1, 0 }.CopyTo(inbox.GetMemory(0)); // the header of a record of 256 bytes
        inbox.Add(5);
        Assert.That(inbox.GetMemory(0).Length, Is.GreaterThanOrEqualTo(64 * 1024));
        inbox.TakeMemoryBack();
        Assert.That(inbox.GetMemory(256).Length, Is.InRange(256, 32 * 1024));
        inbox.Add(256);
        Assert.That((inbox.HasRecord, inbox.Take(new byte[1000])), Is.EqualTo((true, 261)));
        inbox.Clear();
    }

    private static async Task TurnAsync(ITransportExecutor executor)
    {
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        executor.Post(new Turn(ran.SetResult));
        await ran.Task.Soon();
    }

    /// <summary>A buffer that has at most one memory out.</summary>
    private sealed class ReturnedBuffer(int size) : ITakesMemoryBack
    {
        public int Asks { get; private set; }

        public int Returns { get; private set; }

        public Memory<byte> GetMemory(int available)
        {
            Asks++;
            return new byte[size];
        }

        public void TakeMemoryBack() => Returns++;
    }
}
