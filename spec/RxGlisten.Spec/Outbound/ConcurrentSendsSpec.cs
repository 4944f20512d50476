using System.Buffers.Binary;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Outbound;

/// <summary>Many threads send on one connection, over every kind of endpoint.</summary>
public sealed class ConcurrentSendsSpec
{
    private const int Threads = 8;

    private static IEnumerable<string> Kinds => Reaches.Names;

    [TestCaseSource(nameof(Kinds))]
    public async Task Messages_of_eight_threads_are_whole_in_each_threads_order_and_all_there(string kind)
    {
        const int Messages = 2_000;
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { OutboundLimitBytes = 1L << 30 });
        var (connection, peer) = await server.PairAsync();
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() => Send(connection, number, Messages))).ToArray();
        foreach (var thread in threads)
            thread.Start();
        var received = ReceiveAsync(peer);
        foreach (var thread in threads)
            thread.Join();
        connection.Dispose();
        Check(await received, Messages);
        Assert.That(connection.Outbound.QueuedBytes, Is.Zero);
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Eight_threads_that_write_await_and_flush_lose_nothing(string kind)
    {
        const int Messages = 300;
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { OutboundHighWaterBytes = 10_000, OutboundLimitBytes = 1L << 30 });
        var (connection, peer) = await server.PairAsync();
        var senders = Enumerable.Range(0, Threads).Select(number => Task.Run(() => SendAsync(connection, number, Messages))).ToArray();
        var received = ReceiveAsync(peer);
        await Task.WhenAll(senders).Soon();
        connection.Dispose();
        Check(await received, Messages);
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Deliveries_and_other_threads_write_between_each_other_and_nothing_is_torn(string kind)
    {
        const int Messages = 500;
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { OutboundLimitBytes = 1L << 30 });
        var (connection, peer) = await server.PairAsync();
        var next = 0;
        using var inbound = connection.Inbound.Probe(message =>
        {
            foreach (var _ in ((Packet)message).Data.ToArray())
                connection.Outbound.OnNext(Message(0, next++));
        });
        var threads = Enumerable.Range(1, Threads - 1).Select(number => new Thread(() => Send(connection, number, Messages))).ToArray();
        foreach (var thread in threads)
            thread.Start();
        var received = ReceiveAsync(peer);
        for (var i = 0; i < Messages / 5; i++)
            await peer.SendAsync(new byte[5]);
        foreach (var thread in threads)
            thread.Join();
        await Patience.UntilAsync(() => Volatile.Read(ref next) == Messages, "all requests were answered");
        connection.Dispose();
        Check(await received, Messages);
    }

    [Test]
    public async Task Threads_that_send_while_the_connection_ends_are_not_disturbed([Values("tcp v4", "unix", "tcp v4 over sockets", "memory")] string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { OutboundHighWaterBytes = 1000, OutboundLimitBytes = 1L << 30 });
        for (var round = 0; round < 30; round++)
        {
            var (connection, peer) = await server.PairAsync();
            var senders = Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
            {
                for (var i = 0; !connection.Closed.IsCompleted && i < 5_000; i++)
                {
                    connection.Outbound.OnNext(Message(number, i));
                    try
                    {
                        if (i % 3 == 0)
                            await connection.Outbound.SendAsync(Message(number, i));
                        if (i % 7 == 0)
                            await connection.Outbound.FlushAsync();
                    }
                    catch (ConnectionClosedException)
                    {
                    }
                }
            })).ToArray();
            for (var i = 0; i < round; i++)
                await peer.ReceiveAsync().Soon();
            switch (round % 4)
            {
                case 0: connection.Abort(); break;
                case 1: peer.Reset(); break;
                case 2: connection.Dispose(); peer.Reset(); break;
                default: connection.Outbound.OnError(new InvalidOperationException("Meant to be.")); break;
            }

            await connection.Closed.Soon();
            await Task.WhenAll(senders).Soon();
            Assert.That(connection.Outbound.QueuedBytes, Is.Zero);
        }
    }

    private static void Send(IConnection connection, int number, int messages)
    {
        var memory = new byte[3000];
        for (var i = 0; i < messages; i++)
        {
            var message = Message(number, i);
            message.CopyTo(memory, 0);
            connection.Outbound.OnNext(memory.AsMemory(0, message.Length));
            memory.AsSpan().Fill(0xEE);
        }
    }

    private static async Task SendAsync(IConnection connection, int number, int messages)
    {
        var memory = new byte[3000];
        for (var i = 0; i < messages; i++)
        {
            var message = Message(number, i);
            message.CopyTo(memory, 0);
            if ((i + number) % 5 == 0)
                connection.Outbound.OnNext(memory.AsMemory(0, message.Length));
            else
                await connection.Outbound.SendAsync(memory.AsMemory(0, message.Length));
            memory.AsSpan().Fill(0xEE);
            if ((i + number) % 11 == 0)
                await connection.Outbound.FlushAsync();
        }
    }

    /// <summary>Its length, its thread, its number, and bytes that follow from both.</summary>
    private static byte[] Message(int thread, int number)
    {
        var message = new byte[12 + (new Random((thread * 1_000_003) + number).Next() % (number % 10 == 0 ? 2900 : 100))];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), thread);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(8), number);
        message.AsSpan(12).Fill((byte)((thread * 31) + number));
        return message;
    }

    private static async Task<byte[]> ReceiveAsync(ITestPeer peer)
    {
        using var bytes = new MemoryStream();
        while (true)
        {
            var received = await peer.ReceiveAsync().Soon();
            Assert.That(received.IsError, Is.False, $"{received.Error}");
            if (received.IsFin)
            {
                peer.FinishSending();
                return bytes.ToArray();
            }

            bytes.Write(received.Bytes);
        }
    }

    private static void Check(byte[] bytes, int messages)
    {
        var next = new int[Threads];
        for (var rest = bytes.AsSpan(); !rest.IsEmpty;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            var thread = BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
            if (!rest[..length].SequenceEqual(Message(thread, next[thread]++)))
                Assert.Fail($"Message {next[thread] - 1} of thread {thread} is torn, lost or out of order.");
            rest = rest[length..];
        }

        Assert.That(next, Has.All.EqualTo(messages));
    }
}
