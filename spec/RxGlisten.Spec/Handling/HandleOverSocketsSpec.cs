using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Handling.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Handling;

/// <summary>Handlers over every kind of endpoint, where packets, user messages and ends come on many threads.</summary>
public sealed class HandleOverSocketsSpec
{
    [TestCaseSource(typeof(Reaches), nameof(Reaches.Names))]
    public async Task Packets_and_messages_from_other_threads_are_all_handled_one_at_a_time(string kind)
    {
        const int Count = 2_000;
        using var reach = Reaches.Of(kind);
        var watch = new HandlerWatch();
        var news = new Subject<Message>();
        var bytes = 0;
        var order = new List<int>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new TestServer(
            reach,
            new ServerOptions { UserMessageLimit = Count },
            listener => watch.Handle<int>(listener, c => (0, news), (n, message, c) =>
            {
                if (message is Packet packet)
                    bytes += packet.Data.Length;
                else
                    order.Add(((UserMessage<int>)message).Value);
                if (bytes == Count && order.Count == Count)
                    all.TrySetResult();
                return Next.Continue(n + 1);
            }).Probe());
        using var peer = await server.ConnectAsync();
        await Patience.UntilAsync(() => news.HasObservers, "the handler has begun");
        var telling = Task.Run(() =>
        {
            for (var i = 0; i < Count; i++)
                news.OnNext(new UserMessage<int>(i));
        });
        for (var i = 0; i < Count; i += 100)
            await peer.SendAsync(new byte[100]).Soon();
        await telling.Soon();
        await all.Task.Soon();
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, Count)));
        peer.FinishSending();
        await Patience.UntilAsync(() => watch.Elements == 1, "the handler has ended");
    }

    [Test]
    public async Task A_packet_that_comes_while_the_handler_is_busy_waits_on_hold_and_may_be_held_on()
    {
        using var reach = Reach.TcpV4();
        var watch = new HandlerWatch();
        var news = new Subject<Message>();
        using var busy = new ManualResetEventSlim();
        var packets = new List<string>();
        Packet? late = null;
        IDisposable? hold = null;
        await using var server = new TestServer(reach, serve: listener => watch.Handle<int>(listener, c => (0, news), (n, message, c) =>
        {
            if (message is Packet packet)
            {
                hold ??= (late = packet).Hold();
                lock (packets)
                    packets.Add(Encoding.Latin1.GetString(packet.Data.Span));
            }
            else
            {
                Assert.That(busy.Wait(TimeSpan.FromSeconds(30)));
            }

            return Next.Continue(n + 1);
        }).Probe());
        using var peer = await server.ConnectAsync();
        await Patience.UntilAsync(() => news.HasObservers, "the handler has begun");
        var connection = (Connection)server.Listener.Connections.Single();
        news.OnNext(new UserMessage<int>(1)); // returns though the handler is busy with it
        await peer.SendAsync("a"u8.ToArray()).Soon();
        await Patience.UntilAsync(() => connection.Inbound.OldestHeld is not null, "the packet waits on hold");
        await peer.SendAsync("b"u8.ToArray()).Soon();
        Assert.That(packets, Is.Empty);
        busy.Set();
        await Patience.UntilAsync(() => packets.Count == 1, "the packet was handled");
        Assert.That(packets, Is.EqualTo(new[] { "a" }), "it is held on, and so the next is not read");
        Assert.That(() => late!.Hold(), Throws.InvalidOperationException, "its delivery is over");
        hold!.Dispose();
        await Patience.UntilAsync(() => packets.Count == 2, "the next packet was handled");
        Assert.That(packets, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(watch.Calls, Is.EqualTo(3));
    }

    [Test]
    public async Task The_end_is_told_when_the_running_call_has_returned_and_Closed_waits_for_nobody()
    {
        using var reach = Reach.TcpV4();
        var watch = new HandlerWatch();
        using var busy = new ManualResetEventSlim();
        using var inside = new ManualResetEventSlim();
        var news = new Subject<Message>();
        var closings = 0;
        await using var server = new TestServer(reach, serve: listener => watch.Handle<int>(
            listener,
            c => (0, news),
            (n, message, c) =>
            {
                inside.Set();
                Assert.That(busy.Wait(TimeSpan.FromSeconds(30)));
                return Next.Continue(n + 1);
            },
            (n, ended) => Interlocked.Add(ref closings, n)).Probe());
        using var peer = await server.ConnectAsync();
        await peer.SendAsync("a"u8.ToArray()).Soon();
        Assert.That(inside.Wait(TimeSpan.FromSeconds(30)));
        var connection = server.Listener.Connections.Single();
        connection.Abort();
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.Aborted));
        Assert.That(watch.Closings, Is.Zero, "the loop is running");
        await Patience.UntilAsync(() => !news.HasObservers, "the messages were left, for whom nobody waits");
        busy.Set();
        await Patience.UntilAsync(() => watch.Elements == 1, "the handler has ended");
        Assert.That(closings, Is.EqualTo(1), "with the state that the last call gave");
    }

    [Test]
    public async Task Many_handlers_with_timers_that_end_at_any_moment_keep_the_grammar()
    {
        using var reach = Reach.Unix();
        var watch = new HandlerWatch();
        await using var server = new TestServer(reach, serve: listener => watch.Handle<int>(
            listener,
            c => (0, Observable.Interval(TimeSpan.FromMilliseconds(1), Scheduler.Default).Select(n => (Message)new UserMessage<long>(n))),
            (n, message, c) =>
            {
                c.Outbound.OnNext(message is Packet packet ? packet.Data : "."u8.ToArray());
                return n > 300 ? Next.Stop() : n % 50 == 49 ? throw new InvalidOperationException("planned") : Next.Continue(n + 1);
            },
            rescue: Rescue.Continue).Probe());
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            using var peer = await server.ConnectAsync();
            for (var j = 0; j < 10; j++)
            {
                await peer.SendAsync(new byte[100]).Soon();
                await peer.ReceiveAsync().Soon();
            }

            switch (i % 3)
            {
                case 0: peer.Reset(); break;
                case 1: peer.FinishSending(); await peer.ReadToEndAsync().Soon(); break;
                default: peer.Close(); break;
            }
        }));
        await Patience.UntilAsync(() => watch.Elements == 40, "all handlers have ended");
        Assert.That((watch.Closings, server.Listener.Connections.Count), Is.EqualTo((40, 0)));
    }
}
