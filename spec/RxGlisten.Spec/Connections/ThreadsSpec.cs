using System.Diagnostics;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Connections;

/// <summary>What connections cost in threads.</summary>
public sealed class ThreadsSpec
{
    [TestCaseSource(typeof(Reaches), nameof(Reaches.Streams))]
    public async Task Four_hundred_connections_with_subscribers_and_timeouts_take_no_threads_of_their_own(string kind)
    {
        const int Connections = 400;
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(
            reach,
            new ServerOptions { IdleTimeout = TimeSpan.FromMinutes(1), MaximumAge = TimeSpan.FromMinutes(1) },
            listener => listener.Serve(connection => connection.Inbound.Bytes()).Subscribe());
        await EchoAsync(await server.ConnectAsync()); // what the process starts once
        var before = Threads();
        for (var i = 0; i < Connections; i++)
            await EchoAsync(await server.ConnectAsync());
        Assert.That(server.Listener.Connections, Has.Count.EqualTo(Connections + 1));
        Assert.That(Threads() - before, Is.LessThan(Connections / 4));

        static async Task EchoAsync(ITestPeer peer)
        {
            await peer.SendAsync("x"u8.ToArray()).Soon();
            Assert.That(await peer.ReadExactlyAsync(1).Soon(), Is.EqualTo("x"u8.ToArray()));
        }
    }

    private static int Threads()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }
}
