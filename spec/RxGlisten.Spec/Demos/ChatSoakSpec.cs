using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using RxGlisten.Demos.Chat;
using RxGlisten.Spec.Demos.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Demos;

/// <summary>Many guests over TCP, for long: none who stays misses a message, and nothing grows.</summary>
public sealed class ChatSoakSpec
{
    private const long SlackBytes = 16 * 1024 * 1024;
    private const int StragglersKept = 5; // a thread or an operation may refer to the last one that it saw

    [Test]
    public async Task Two_hundred_guests_for_ten_seconds_lose_no_message_and_leave_nothing_behind() => await SoakAsync(200, TimeSpan.FromSeconds(10), looksAtGrowth: false);

    [Test, Explicit("Takes SOAK_SECONDS, by default ten minutes, with SOAK_GUESTS, by default 2,000.")]
    public async Task Two_thousand_guests_for_ten_minutes_lose_no_message_and_nothing_grows() =>
        await SoakAsync(Setting("SOAK_GUESTS", 2000), TimeSpan.FromSeconds(Setting("SOAK_SECONDS", 600)), looksAtGrowth: true);

    private static async Task SoakAsync(int guests, TimeSpan time, bool looksAtGrowth)
    {
        var chat = new ChatServer();
        var served = new ConcurrentBag<WeakReference>();
        await using var server = new TestServer(Reach.TcpV4(), serve: listener => listener.Serve(connection =>
        {
            served.Add(new WeakReference(connection));
            return chat.Serve(connection);
        }).Subscribe());
        using var soak = new ChatSoak(server.Listener.LocalEndPoint, guests);
        await soak.StartAsync();
        var samples = new List<(long Heap, long Resident, int Threads)>();
        const int Parts = 10;
        for (var part = 1; part <= Parts; part++)
        {
            await soak.ActAsync(time / Parts);
            samples.Add(Sample());
            await TestContext.Progress.WriteLineAsync(
                $"{part}/{Parts}: heap {samples[^1].Heap >> 10} KiB, resident {samples[^1].Resident >> 10} KiB, {samples[^1].Threads} threads, " +
                $"{soak.Came} came and most of them went, {soak.Heard} messages heard by those who stay");
        }

        await soak.SettleAsync();
        Assert.That(soak.Failures, Is.Empty);
        await Patience.UntilAsync(() => server.Listener.Connections.Count == soak.Staying, "only those who stay are connected");
        Assert.That(chat.Rooms.All.Select(room => room.Name), Is.EquivalentTo(Enumerable.Range(0, soak.Rooms).Select(i => $"room{i}")));
        await Patience.UntilAsync(() => Kept() <= soak.Staying + StragglersKept, $"of {served.Count} connections only those who stay are kept");
        if (!looksAtGrowth)
            return;
        var warm = samples[2]; // by then all who come and go have come once
        Assert.That(samples[^1].Heap, Is.LessThan((warm.Heap * 5 / 4) + SlackBytes));
        Assert.That(samples[^1].Resident, Is.LessThan((warm.Resident * 5 / 4) + SlackBytes));
        Assert.That(samples[^1].Threads, Is.LessThanOrEqualTo(warm.Threads + 4));

        int Kept()
        {
            GC.Collect();
            return served.Count(connection => connection.IsAlive);
        }
    }

    private static (long Heap, long Resident, int Threads) Sample()
    {
        using var process = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64, process.Threads.Count);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
