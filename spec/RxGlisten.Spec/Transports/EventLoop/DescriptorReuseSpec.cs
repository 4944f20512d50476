using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.EventLoop.Doubles;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>Descriptors whose numbers are given to the next connection at once.</summary>
[Platform("Linux")]
public sealed class DescriptorReuseSpec
{
    [Test]
    public async Task However_connections_end_and_begin_none_sees_a_byte_of_another()
    {
        const int Clients = 8;
        const int Lives = 250;
        using var listener = new OwnLoops(2).Listen();
        using var stopping = new CancellationTokenSource();
        var serving = ServeAsync(listener, stopping.Token);
        await Task.WhenAll(Enumerable.Range(1, Clients).Select(client => Task.Run(async () =>
        {
            var random = new Random(client);
            for (var life = 0; life < Lives; life++)
                await LiveAsync(listener, (byte)(client + (life % 8 * Clients)), random);
        }))).WaitAsync(TimeSpan.FromSeconds(60));
        await stopping.CancelAsync();
        Assert.That(await serving.Soon(), Is.Null);
    }

    private static async Task LiveAsync(ITransportListener listener, byte own, Random random)
    {
        SocketPeer connected;
        try
        {
            connected = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        }
        catch (SocketException)
        {
            return; // aborted before the client knew that it was connected
        }

        using var peer = connected;
        var message = new byte[random.Next(1, 200)];
        Array.Fill(message, own);
        for (var i = random.Next(4); i >= 0; i--)
        {
            try
            {
                await peer.SendAsync(message).Soon();
            }
            catch (SocketException)
            {
                return; // the server has ended it
            }

            var received = await peer.ReceiveAsync().Soon();
            Assert.That(received.Bytes, Has.All.EqualTo(own));
            if (received.Bytes.Length == 0)
                return;
        }

        if (random.Next(2) == 0)
            peer.Reset();
    }

    /// <summary>Echoes; and what it echoes may be closed or aborted by another thread at any time. Gives the first foreign byte, in words.</summary>
    private static async Task<string?> ServeAsync(ITransportListener listener, CancellationToken stopping)
    {
        var random = new Random(99);
        var echoes = new List<Task<string?>>();
        while ((await listener.AcceptAsync(stopping)).Connection is { } connection)
        {
            echoes.Add(EchoAsync(connection));
            switch (random.Next(4))
            {
                case 0:
                    ThreadPool.UnsafeQueueUserWorkItem(_ => connection.Abort(), null);
                    break;
                case 1:
                    ThreadPool.UnsafeQueueUserWorkItem(_ => connection.Close(), null);
                    break;
            }
        }

        return (await Task.WhenAll(echoes)).FirstOrDefault(breach => breach is not null);
    }

    private static async Task<string?> EchoAsync(ITransportConnection connection)
    {
        byte? own = null;
        while (true)
        {
            var buffer = new TestBuffer(100);
            var received = await connection.ReceiveAsync(buffer);
            if (received.Bytes == 0)
                break;
            var bytes = buffer.Bytes(received.Bytes);
            own ??= bytes[0];
            if (bytes.Any(value => value != own))
                return $"{bytes.First(value => value != own)} came to {own}";
            connection.TrySend(bytes);
        }

        connection.Close();
        return null;
    }
}
