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
    private const int Clients = 500;

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Streams))]
    public async Task With_128_descriptors_it_lives_and_serves_500_clients_in_turns(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var echo = await EchoProcess.StartAsync(reach.Transport, reach.Fresh(), descriptors: 128);
        var served = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            using var peer = await reach.ConnectAsync(echo.EndPoint);
            var sent = System.Text.Encoding.ASCII.GetBytes(client.ToString(CultureInfo.InvariantCulture));
            await peer.SendAsync(sent);
            peer.FinishSending();
            var read = await peer.ReadToEndAsync();
            Assert.That(read.Bytes, Is.EqualTo(sent));
            Interlocked.Increment(ref served);
        })).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That((served, echo.HasExited), Is.EqualTo((Clients, false)));
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Streams))]
    public async Task Of_500_who_stay_those_beyond_its_descriptors_wait_and_are_served_when_others_leave(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var echo = await EchoProcess.StartAsync(reach.Transport, reach.Fresh(), descriptors: 128);
        var peers = new List<ITestPeer>();
        try
        {
            for (var i = 0; i < Clients; i++)
            {
                peers.Add(await reach.ConnectAsync(echo.EndPoint).Soon());
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
