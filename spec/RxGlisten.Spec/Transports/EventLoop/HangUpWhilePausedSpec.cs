using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.EventLoop.Doubles;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>What the watcher of a paused connection is told, beyond what every transport owes.</summary>
[Platform("Linux")]
public sealed class HangUpWhilePausedSpec
{
    [Test]
    public async Task A_reset_after_a_fin_is_told_as_well()
    {
        using var listener = new OwnLoops(1).Listen();
        var (connection, peer, watcher) = await PairAsync(listener);
        peer.FinishSending();
        await watcher.Fin.Soon();
        peer.Reset();
        await watcher.Reset.Soon();
        Assert.That((watcher.Fins, watcher.Resets), Is.EqualTo((1, 1)));
        connection.Abort();
    }

    [Test]
    public async Task A_reset_is_told_to_who_paused_after_the_fin_was_received()
    {
        using var listener = new OwnLoops(1).Listen();
        var (connection, peer, watcher) = await PairAsync(listener);
        peer.FinishSending();
        Assert.That(await connection.ReceiveAsync(new TestBuffer()).Soon(), Is.EqualTo(new Transfer(0, SocketError.Success)));
        peer.Reset();
        await watcher.Reset.Soon();
        connection.Abort();
    }

    [Test]
    public async Task A_connection_that_pauses_at_what_came_before_a_reset_is_told_of_it()
    {
        using var listener = new OwnLoops(1).Listen();
        for (var i = 0; i < 100; i++)
        {
            var (connection, peer, watcher) = await PairAsync(listener);
            var receiving = connection.ReceiveAsync(new TestBuffer(10)).Soon();
            await peer.SendAsync(new byte[100]).Soon();
            peer.Reset();
            Assert.That((await receiving).Bytes, Is.EqualTo(10));
            await watcher.Reset.Soon();
            connection.Abort();
        }
    }

    [Test]
    public async Task Nothing_is_told_after_the_close()
    {
        using var listener = new OwnLoops(1).Listen();
        for (var i = 0; i < 100; i++)
        {
            var (connection, peer, watcher) = await PairAsync(listener);
            connection.Close();
            peer.Reset();
            var (next, other, _) = await PairAsync(listener); // which has the descriptor's number now
            other.FinishSending();
            Assert.That((await next.ReceiveAsync(new TestBuffer()).Soon()).Bytes, Is.Zero);
            Assert.That((watcher.Fins, watcher.Resets), Is.EqualTo((0, 0)));
            next.Abort();
            other.Dispose();
        }
    }

    [Test]
    public async Task A_fin_that_came_with_what_the_close_was_made_on_is_not_told_after_it()
    {
        var loops = new OwnLoops(1);
        using var listener = loops.Listen();
        for (var i = 0; i < 100; i++)
        {
            using var peer = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
            await peer.SendAsync(new byte[1]).Soon();
            peer.FinishSending(); // before it is accepted, so that it comes in one event
            var connection = (await listener.AcceptAsync(default).Soon()).Connection!;
            var watcher = new LateWatcher();
            var started = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
            connection.Executor.Post(new Turn(() =>
            {
                var closing = CloseAtBytesAsync(connection, watcher); // begun in a turn, so that what comes is awaited before it comes
                connection.Watch(watcher);
                started.SetResult(closing);
            }));
            await (await started.Task.Soon()).Soon();
            for (var turns = 0; turns < 2; turns++)
            {
                var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                connection.Executor.Post(new Turn(turn.SetResult));
                await turn.Task.Soon();
            }

            Assert.That(watcher.WasToldLate, Is.False);
        }
    }

    private static async Task CloseAtBytesAsync(ITransportConnection connection, LateWatcher watcher)
    {
        await connection.ReceiveAsync(new TestBuffer()).ConfigureAwait(false);
        connection.Close(); // in the turn that received
        watcher.IsClosed = true;
    }

    private static async Task<(ITransportConnection Connection, SocketPeer Peer, TestWatcher Watcher)> PairAsync(ITransportListener listener)
    {
        var peer = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        var connection = (await listener.AcceptAsync(default).Soon()).Connection!;
        var watcher = new TestWatcher();
        connection.Watch(watcher);
        return (connection, peer, watcher);
    }

    /// <summary>Where the loop changes hands in mid-turn a FIN may be told before the close, but never behind it.</summary>
    private sealed class LateWatcher : IHangUpWatcher
    {
        private volatile bool _wasToldLate;

        public bool IsPaused => true;

        public bool IsClosed { get; set; }

        public bool WasToldLate => _wasToldLate;

        public void OnHangUp(SocketError error) => _wasToldLate |= IsClosed;
    }
}
