using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Connections;

/// <summary>The shortest server there is, over every kind of endpoint.</summary>
public sealed class EchoSpec
{
    private static IEnumerable<string> Kinds => Reaches.Names;

    [TestCaseSource(nameof(Kinds))]
    public async Task What_a_client_sends_comes_back_and_then_the_fin(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, serve: listener => listener.Serve(connection => connection.Inbound.Bytes()).Probe());
        using var peer = await server.ConnectAsync();
        var sent = new byte[1_000_000];
        new Random(7).NextBytes(sent);
        var sending = peer.SendAsync(sent);
        var received = new List<byte>();
        while (received.Count < sent.Length)
            received.AddRange((await peer.ReceiveAsync().Soon()).Bytes);
        await sending.Soon();
        peer.FinishSending();
        Assert.That((await peer.ReceiveAsync().Soon()).IsFin);
        Assert.That(received, Is.EqualTo(sent));
    }

    [Test]
    public void In_virtual_time_an_echo_is_there_after_a_tick()
    {
        var server = new VirtualServer(serve: listener => listener.Serve(connection => connection.Inbound.Bytes()).Probe());
        var peer = server.Connect();
        var sent = peer.SendAsync("hello"u8.ToArray());
        server.Settle();
        var received = peer.ReceiveAsync();
        server.Settle();
        Assert.That(sent.IsCompletedSuccessfully && received.IsCompletedSuccessfully);
        Assert.That(received.Result.Bytes, Is.EqualTo("hello"u8.ToArray()));
    }
}
