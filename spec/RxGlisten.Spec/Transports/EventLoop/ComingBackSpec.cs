using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.EventLoop.Doubles;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>Which thread delivers to a connection that blocked its loop.</summary>
[Platform("Linux")]
public sealed class ComingBackSpec
{
    private const int MessageBytes = 16;

    [Test]
    public async Task A_hundred_deliveries_are_the_pool_s_whatever_else_is_done_off_the_loop_and_then_it_comes_back()
    {
        using var listener = new OwnLoops(1).Listen();
        using var peer = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        var connection = (await listener.AcceptAsync(default).Soon()).Connection!;
        ((LoopMember)connection).OnBlocked(); // as a turn that was held up
        for (var i = 1; i <= 100; i++)
            Assert.That(await DeliverAsync(connection, peer), Is.True, $"the delivery {i} is on the pool");
        var returns = 0;
        while (await DeliverAsync(connection, peer))
            Assert.That(++returns, Is.LessThan(100_000), "it comes back once a hundred in a row were quick");
        connection.Abort();
    }

    /// <summary>
    /// Whether a message was delivered on the pool. It fills the buffer, so that the next receive looks in vain whether there is more; and work is posted around it.
    /// </summary>
    private static async Task<bool> DeliverAsync(ITransportConnection connection, SocketPeer peer)
    {
        var delivered = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var noting = NoteAsync();
        for (var i = 0; i < 3; i++)
        {
            var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            connection.Executor.Post(new Turn(ran.SetResult));
            await ran.Task.Soon();
        }

        await peer.SendAsync(new byte[MessageBytes]).Soon();
        var onPool = await delivered.Task.Soon();
        await noting.Soon();
        return onPool;

        async Task NoteAsync()
        {
            var received = await connection.ReceiveAsync(new TestBuffer(MessageBytes)).ConfigureAwait(false);
            var here = Thread.CurrentThread.IsThreadPoolThread;
            delivered.SetResult(here);
            Assert.That(received.Bytes, Is.EqualTo(MessageBytes));
        }
    }
}
