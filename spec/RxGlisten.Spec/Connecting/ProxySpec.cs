using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Connecting;

/// <summary>A server whose connections are each tied to one of a client.</summary>
public sealed class ProxySpec
{
    [Test]
    public async Task A_proxy_forwards_both_fins_and_loses_nothing([Values("tcp v4", "unix", "tcp v4 over sockets", "memory")] string kind, [Values] bool clientFirst)
    {
        const int Megabyte = 1024 * 1024;
        using var reach = Reaches.Of(kind);
        await using var upstream = new TestServer(reach);
        await using var proxy = new TestServer(reach, serve: listener => listener.Subscribe(down => Tie(down, upstream)));
        for (var i = 0; i < 5; i++)
        {
            using var peer = await proxy.ConnectAsync();
            var served = await upstream.AcceptAsync();
            var (up, down) = (PeerReading.Noise(Megabyte, i), PeerReading.Noise(Megabyte, 100 + i));
            var received = served.Inbound.Probe();
            var reading = peer.ReadToEndAsync();
            if (clientFirst)
            {
                await peer.SendAsync(up).Soon();
                peer.FinishSending();
                await received.EndAsync(); // the FIN came through, and the way back is open
                served.Outbound.OnNext(down);
                served.Outbound.OnCompleted();
            }
            else
            {
                served.Outbound.OnNext(down);
                served.Outbound.OnCompleted();
                await reading.Soon();
                await peer.SendAsync(up).Soon();
                peer.FinishSending();
                await received.EndAsync();
            }

            Assert.That(received.Bytes().AsSpan().SequenceEqual(up));
            Assert.That((await reading.Soon()).Bytes.AsSpan().SequenceEqual(down));
            Assert.That((await served.Closed.Soon()).Kind, Is.EqualTo(clientFirst ? CloseKind.PeerClosed : CloseKind.LocalClosed));
        }

        await Patience.UntilAsync(() => proxy.Listener.Connections.Count == 0, "the proxy let go of its clients");
    }

    [Test]
    public async Task A_proxy_forwards_resets([Values("tcp v4", "tcp v4 over sockets", "memory")] string kind, [Values] bool fromClient)
    {
        using var reach = Reaches.Of(kind);
        await using var upstream = new TestServer(reach);
        await using var proxy = new TestServer(reach, new ServerOptions { AbnormalClosure = AbnormalClosure.Error }, listener => listener.Subscribe(down => Tie(down, upstream)));
        using var peer = await proxy.ConnectAsync();
        var served = await upstream.AcceptAsync();
        served.Inbound.Probe();
        if (fromClient)
        {
            peer.Reset();
            Assert.That((await served.Closed.Soon()).Kind, Is.EqualTo(CloseKind.PeerReset));
        }
        else
        {
            served.Abort();
            Assert.That((await peer.ReceiveAsync().Soon()).IsError);
        }
    }

    // Each side's input is the other side's output: a FIN is a completion, a reset an error.
    private static void Tie(IConnection down, TestServer upstream)
    {
        var options = new ClientOptions { AbnormalClosure = AbnormalClosure.Error, OutboundLimitBytes = 64 * 1024 * 1024 };
        RxClient.Connect(upstream.Listener.LocalEndPoint, options).Subscribe(
            up =>
            {
                down.Inbound.Bytes().Subscribe(up.Outbound);
                up.Inbound.Bytes().Subscribe(down.Outbound);
            },
            _ => down.Abort());
    }
}
