using System.Globalization;
using NUnit.Framework;
using RxGlisten.Spec.Closing.Doubles;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Closing;

/// <summary>A server in a process that may open few descriptors.</summary>
[Platform("Linux")]
public sealed class DescriptorLimitedProcessSpec
{
    [TestCase(TransportKind.Sockets)]
    [TestCase(TransportKind.EventLoop)]
    public async Task With_128_descriptors_it_lives_and_serves_500_clients_in_turns(TransportKind transport)
    {
        await using var echo = await EchoProcess.StartAsync(transport, descriptors: 128);
        var served = 0;
        await Task.WhenAll(Enumerable.Range(0, 500).Select(async client =>
        {
            using var peer = await SocketPeer.ConnectAsync(echo.EndPoint);
            var sent = System.Text.Encoding.ASCII.GetBytes(client.ToString(CultureInfo.InvariantCulture));
            await peer.SendAsync(sent);
            peer.FinishSending();
            var read = await peer.ReadToEndAsync();
            Assert.That(read.Bytes, Is.EqualTo(sent));
            Interlocked.Increment(ref served);
        })).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That((served, echo.HasExited), Is.EqualTo((500, false)));
    }

    [TestCase(TransportKind.Sockets)]
    [TestCase(TransportKind.EventLoop)]
    public async Task Clients_beyond_its_descriptors_wait_for_those_who_stay_and_are_served_when_they_leave(TransportKind transport)
    {
        await using var echo = await EchoProcess.StartAsync(transport, descriptors: 128);
        var peers = new List<SocketPeer>();
        try
        {
            for (var i = 0; i < 200; i++)
            {
                peers.Add(await SocketPeer.ConnectAsync(echo.EndPoint).Soon());
                await peers[i].SendAsync("x"u8.ToArray()).Soon();
            }

            var replies = peers.ConvertAll(peer => peer.ReceiveAsync());
            await Patience.UntilAsync(() => replies.Count(reply => reply.IsCompleted) >= 30, "those within the limit are served");
            while (peers.Count > 0)
            {
                Assert.That(echo.HasExited, Is.False);
                var first = await Task.WhenAny(replies).Soon();
                var at = replies.IndexOf(first);
                Assert.That((await first).Bytes, Is.EqualTo("x"u8.ToArray()));
                Assert.That(replies.Count(reply => reply.IsCompleted), Is.LessThan(128), "it accepts no more than it has descriptors for");
                peers[at].Dispose();
                peers.RemoveAt(at);
                replies.RemoveAt(at);
            }
        }
        finally
        {
            peers.ForEach(peer => peer.Dispose());
        }
    }
}
