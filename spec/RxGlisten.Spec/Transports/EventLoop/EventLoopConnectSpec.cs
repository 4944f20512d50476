using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.EventLoop.Doubles;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>Connecting on a loop, beyond what every transport owes.</summary>
[Platform("Linux")]
[NonParallelizable]
public sealed class EventLoopConnectSpec
{
    private static readonly ConnectSettings Settings = new() { NoDelay = true };

    [Test]
    public async Task A_cancellation_that_meets_the_connect_on_another_thread_leaves_no_descriptor_behind()
    {
        var loops = new OwnLoops(1);
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(4096);
        await RoundAsync(100);
        var before = Descriptors();
        await RoundAsync(3_000);
        await Patience.UntilAsync(() => Descriptors() <= before, $"there were no more than {before} descriptors");

        async Task RoundAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var cancellation = new CancellationTokenSource();
                var connect = new EventLoopConnect(listening.LocalEndPoint!, Settings, loops.Loop);
                connect.OnBlocked(); // as a turn that was held up: from now on its turns run wherever there is a thread
                var connecting = connect.ConnectAsync(cancellation.Token).Soon();
                if (i % 2 == 0)
                    Thread.SpinWait(i % 500);
                await cancellation.CancelAsync();
                (await connecting).Connection?.Abort();
            }
        }

        static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
    }

    [Test]
    public async Task A_socket_of_IPv6_does_not_connect_to_IPv4()
    {
        var loops = new OwnLoops(1);
        using var listener = loops.Listen();
        var mapped = new IPEndPoint(IPAddress.Loopback.MapToIPv6(), ((IPEndPoint)listener.LocalEndPoint).Port);
        var result = await new EventLoopConnect(mapped, Settings, loops.Loop).ConnectAsync(default).Soon();
        Assert.That((result.Connection, result.Error), Is.EqualTo(((ITransportConnection?)null, SocketError.NetworkUnreachable)), "as the sockets of .NET");
    }
}
