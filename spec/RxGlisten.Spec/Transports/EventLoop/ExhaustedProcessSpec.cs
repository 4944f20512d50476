using System.Net;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.EventLoop.Doubles;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>Event loops in a process of its own, whose descriptors or threads are at their limit.</summary>
[Platform("Linux")]
public sealed class ExhaustedProcessSpec
{
    [Test]
    public async Task Loops_that_can_not_be_made_for_want_of_descriptors_are_an_error_each_time_leave_nothing_behind_and_are_made_later()
    {
        await using var process = new SpecProcess(nameof(FewDescriptors));
        Assert.That(await process.HearAsync(), Is.EqualTo("TooManyOpenSockets"), "of binding as of connecting");
        Assert.That(await process.HearAsync(), Is.EqualTo("0"), "descriptors left behind");
        using var peer = await SocketPeer.ConnectAsync(IPEndPoint.Parse(await process.HearAsync())).Soon();
        await peer.SendAsync("hello"u8.ToArray()).Soon();
        Assert.That((await peer.ReceiveAsync().Soon()).Bytes, Is.EqualTo("hello"u8.ToArray()));
    }

    [Test]
    public async Task A_loop_that_no_thread_can_be_made_for_waits_for_one_and_the_process_lives()
    {
        await using var process = new SpecProcess(nameof(FewThreads));
        var endpoint = IPEndPoint.Parse(await process.HearAsync());
        using (var first = await SocketPeer.ConnectAsync(endpoint).Soon())
            await EchoAsync(first, "which may take its time");
        using var blocking = await SocketPeer.ConnectAsync(endpoint).Soon();
        using var waiting = await SocketPeer.ConnectAsync(endpoint).Soon();
        await EchoAsync(blocking, "one");
        await EchoAsync(waiting, "two");
        await process.SayAsync("refuse");
        Assert.That(await process.HearAsync(), Is.EqualTo("refuse"));
        await blocking.SendAsync("block"u8.ToArray()).Soon();
        await waiting.SendAsync("waits"u8.ToArray()).Soon();
        Assert.That(await process.HearAsync(), Is.EqualTo("blocked"), "who blocks learns of it all the same");
        await process.SayAsync("allow");
        Assert.That(await process.HearAsync(), Is.EqualTo("allow"));
        Assert.That((await waiting.ReceiveAsync().Soon()).Bytes, Is.EqualTo("waits"u8.ToArray()), "the loop goes on");
        var blocked = blocking.ReceiveAsync();
        Assert.That(blocked.IsCompleted, Is.False);
        await process.SayAsync("release");
        Assert.That((await blocked.Soon()).Bytes, Is.EqualTo("block"u8.ToArray()));
    }

    private static async Task EchoAsync(SocketPeer peer, string word)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(word);
        await peer.SendAsync(bytes).Soon();
        Assert.That((await peer.ReceiveAsync().Soon()).Bytes, Is.EqualTo(bytes));
    }
}
