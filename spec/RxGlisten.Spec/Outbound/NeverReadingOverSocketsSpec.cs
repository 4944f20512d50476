using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Outbound;

/// <summary>Clients that never read, on real sockets: what the server holds for them is bounded, and their end is the one that was asked for.</summary>
public sealed class NeverReadingOverSocketsSpec
{
    private const int Clients = 20;
    private const int Mark = 64 * 1024;
    private const int Limit = 256 * 1024;
    private const int MessageBytes = 1000;

    // More than a kernel takes for anybody: what goes on beyond that is held by the server, or not read at all.
    private static readonly byte[] Much = new byte[16 * 1024 * 1024];

    /// <summary>No time limit, and no limit of the queue that is in reach: nothing but the high-water mark holds the server back.</summary>
    private static readonly ServerOptions Patient = new()
    {
        SendTimeout = Timeout.InfiniteTimeSpan,
        OutboundLimitBytes = 1L << 30,
        KernelSendBufferBytes = 64 * 1024,
        KernelReceiveBufferBytes = 64 * 1024,
    };

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Streams))]
    public Task An_echo_is_delivered_nothing_past_the_mark(string kind) => HoldsLittleAsync(kind, (listener, look) =>
        listener.Serve(connection => connection.Inbound.Bytes().Do(_ => look(connection))));

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Streams))]
    public Task A_producer_is_asked_for_nothing_past_the_mark(string kind) => HoldsLittleAsync(kind, (listener, look) =>
        listener.Serve(connection => Enumerable.Range(0, Much.Length / Mark).Select(part =>
        {
            look(connection);
            return (ReadOnlyMemory<byte>)Much.AsMemory(part * Mark, Mark);
        }).ToAsyncEnumerable()));

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Streams))]
    public async Task The_send_timeout_cuts_them_and_nobody_else(string kind)
    {
        using var reach = Reaches.Of(kind);
        var closings = new Probe<ConnectionClosed>();
        await using var server = new TestServer(
            reach, Patient with { SendTimeout = TimeSpan.FromMilliseconds(200) }, listener => closings.On(listener.Serve(connection => connection.Inbound.Bytes())));
        var reading = await server.ConnectAsync();
        var peers = new List<ITestPeer>();
        for (var i = 0; i < 3; i++)
            peers.Add(await server.ConnectAsync());
        var sendings = peers.ConvertAll(SendMuchAsync);
        var ended = await closings.CountAsync(peers.Count);
        Assert.That(ended.Select(closed => closed.Reason.Kind), Is.All.EqualTo(CloseKind.SendTimeout));
        Assert.That(await Task.WhenAll(sendings).Soon(), Is.All.False);
        await reading.SendAsync("x"u8.ToArray()).Soon();
        Assert.That(await reading.ReadExactlyAsync(1).Soon(), Is.EqualTo("x"u8.ToArray()));
        Assert.That(server.Listener.Connections, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Each_policy_does_what_it_says([ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind, [Values] SlowConsumerPolicy policy)
    {
        const int Messages = 20_000;
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, Patient with
        {
            OutboundLimitBytes = Limit,
            SlowConsumerPolicy = policy,
            DropsAreWholeMessages = true,
        });
        var (connection, peer) = await server.PairAsync();
        long most = 0;
        for (var i = 0; i < Messages && !connection.Closed.IsCompleted; i++)
        {
            connection.Outbound.OnNext(Numbered(i));
            most = Math.Max(most, connection.Outbound.QueuedBytes);
        }

        Assert.That(most, Is.InRange(Limit - MessageBytes, Limit), "the queue is filled, and no more than that");
        if (policy == SlowConsumerPolicy.Disconnect)
        {
            Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.SlowConsumer));
            return;
        }

        Assert.That(connection.Closed.IsCompleted, Is.False);
        connection.Outbound.OnCompleted();
        var read = await peer.ReadToEndAsync().Soon();
        Assert.That((read.Error, read.Bytes.Length % MessageBytes), Is.EqualTo((SocketError.Success, 0)));
        var numbers = read.Bytes.Chunk(MessageBytes).Select(NumberOf).ToList();
        Assert.That(numbers, Is.Ordered.And.Unique);
        Assert.That(numbers, Has.Count.LessThan(Messages));
        Assert.That(numbers.Take(20), Is.EqualTo(Enumerable.Range(0, 20)), "what the kernel had taken is not dropped");
        Assert.That(numbers[^1], policy == SlowConsumerPolicy.DropOldest ? Is.EqualTo(Messages - 1) : Is.LessThan(Messages - 1));
    }

    /// <summary>Serves clients that send and never read until every one of them is stuck. It looks at each queue before what is added to it.</summary>
    private static async Task HoldsLittleAsync(string kind, Func<IListener, Action<IConnection>, IObservable<ConnectionClosed>> serve)
    {
        using var reach = Reaches.Of(kind);
        var most = new ConcurrentDictionary<long, long>();
        var closings = new Probe<ConnectionClosed>();
        var sendings = new List<Task<bool>>();
        await using (var server = new TestServer(reach, Patient, listener => closings.On(serve(listener, Look))))
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var i = 0; i < Clients; i++)
                sendings.Add(SendMuchAsync(await server.ConnectAsync()));

            // Under half of the mark it would go on: where every queue is over that, the kernels are full and everybody waits for everybody.
            await Patience.UntilAsync(() => Queued(server) is { Count: Clients } queued && queued.All(bytes => bytes >= Mark / 2), "every client is stuck");
            var held = GC.GetTotalMemory(forceFullCollection: true) - before;
            Assert.That((closings.Items.Count, sendings.Count(sending => sending.IsCompleted)), Is.EqualTo((0, 0)));
            Assert.That(most.Values, Has.Count.EqualTo(Clients).And.All.LessThan(Mark));
            Assert.That(Queued(server), Has.All.LessThan(2 * Mark));
            Assert.That(held, Is.LessThan(Clients * 512L * 1024), "two marks, a receive buffer and what pools keep, for each client");
        }

        Assert.That(await Task.WhenAll(sendings).Soon(), Is.All.False);

        void Look(IConnection connection) => most.AddOrUpdate(connection.Id, _ => connection.Outbound.QueuedBytes, (_, so) => Math.Max(so, connection.Outbound.QueuedBytes));
    }

    private static List<long> Queued(TestServer server) => [.. server.Listener.Connections.Select(connection => connection.Outbound.QueuedBytes)];

    /// <summary>Whether all of it could be sent before the connection ended.</summary>
    private static async Task<bool> SendMuchAsync(ITestPeer peer)
    {
        try
        {
            await peer.SendAsync(Much).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private static byte[] Numbered(int number)
    {
        var message = new byte[MessageBytes];
        message.AsSpan().Fill((byte)number);
        BinaryPrimitives.WriteInt32LittleEndian(message, number);
        return message;
    }

    private static int NumberOf(byte[] message)
    {
        var number = BinaryPrimitives.ReadInt32LittleEndian(message);
        Assert.That(message.AsSpan(4).IndexOfAnyExcept((byte)number), Is.EqualTo(-1), "a message is whole");
        return number;
    }
}
