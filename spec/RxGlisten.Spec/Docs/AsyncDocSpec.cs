using System.Reactive.Linq;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Docs;

/// <summary>The code of docs/async.md.</summary>
public sealed class AsyncDocSpec
{
    // snippet: async-steps
    private static IObservable<ReadOnlyMemory<byte>> Lookup(IObservable<Message> inbound, Func<string, CancellationToken, ValueTask<string>> find) => inbound.Bytes()
        .Lines(maxLength: 256)
        .SelectAsync(find, maxConcurrent: 4)
        .EncodeLines();
    // end

    // snippet: async-foreach
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Echo(IConnection connection)
    {
        await foreach (var packet in connection.ReadAllAsync())
            yield return packet.Data;
    }
    // end

    // snippet: async-stream
    private static async Task ServeJsonAsync(IConnection connection)
    {
        await using var stream = connection.AsStream(); // disposing it closes the connection, and loses no tail
        await foreach (var number in JsonSerializer.DeserializeAsyncEnumerable<int>(stream, topLevelValues: true))
            await JsonSerializer.SerializeAsync(stream, number * 2);
    }
    // end

    [Test]
    public void The_steps_answer_in_the_order_of_the_questions()
    {
        var ends = new Dictionary<string, TaskCompletionSource<string>>();
        var server = new VirtualServer(serve: listener => listener.ServePipeline(inbound => Lookup(
            inbound, (line, _) => new ValueTask<string>((ends[line] = new TaskCompletionSource<string>()).Task))).Probe());
        var peer = server.Connect();
        _ = peer.SendAsync("a\nb\nc\nd\ne\n"u8.ToArray());
        server.Settle();
        Assert.That(ends.Keys, Is.EqualTo(new[] { "a", "b", "c", "d" }), "maxConcurrent");
        foreach (var line in "bacde".Select(letter => letter.ToString()))
        {
            ends[line].SetResult($"{line}!");
            server.Settle();
        }

        Assert.That(new VirtualReader(server, peer).All().Text, Is.EqualTo("a!\nb!\nc!\nd!\ne!\n"));
    }

    [Test]
    public void Both_bounds_hold()
    {
        IObservable<Message>? source = null;
        var running = new List<TaskCompletionSource<int>>();
        var packets = Observable.Defer(() => source!); // subscribed below, when there is one
        // snippet: async-bounds
        var options = new ServerOptions { FlowControl = FlowControl.Count(8) }; // at most 8 packets on hold
        var answers = packets.SelectAsync(AskAsync, maxConcurrent: 4);          // at most 4 steps run
        // end
        var server = new VirtualServer(defaults => defaults with { FlowControl = options.FlowControl, ReceiveBufferBytes = 1 });
        var (connection, peer) = server.Pair();
        var delivered = 0;
        source = connection.Inbound.Do(_ => delivered++);
        var probe = answers.Probe();
        _ = peer.SendAsync(new byte[100]);
        server.Settle();
        Assert.That((delivered, running.Count), Is.EqualTo((8, 4)));
        for (var i = 0; i < 100; i++)
        {
            running[i].SetResult(i);
            server.Settle();
        }

        Assert.That(probe.Items, Is.EqualTo(Enumerable.Range(0, 100)));

        ValueTask<int> AskAsync(Message message, CancellationToken cancellation)
        {
            running.Add(new TaskCompletionSource<int>());
            return new ValueTask<int>(running[^1].Task);
        }
    }

    [Test]
    public void What_comes_from_a_timer_waits_within_its_limit()
    {
        var time = new Microsoft.Reactive.Testing.TestScheduler();
        var left = false;
        var ticks = Observable.Interval(TimeSpan.FromTicks(1), time).Finally(() => left = true);
        // snippet: async-outside
        var stored = ticks.SelectAsync(StoreAsync, maxConcurrent: 1, maxQueued: 100);
        // end
        var probe = stored.Probe();
        time.AdvanceBy(101);
        Assert.That(left, Is.False);
        time.AdvanceBy(1);
        Assert.That((left, probe.IsEnded), Is.EqualTo((true, false)), "what waits comes before the error");

        static async ValueTask<long> StoreAsync(long tick, CancellationToken cancellation)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return tick;
        }
    }

    [Test]
    public void The_loop_echoes()
    {
        var server = new VirtualServer(serve: listener => listener.Serve(Echo).Probe());
        var peer = server.Connect();
        _ = peer.SendAsync("hello"u8.ToArray());
        peer.FinishSending();
        Assert.That(new VirtualReader(server, peer).All().Text, Is.EqualTo("hello"));
    }

    [Test]
    public async Task Json_over_the_stream()
    {
        using var reach = Reach.TcpV4();
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        var serving = ServeJsonAsync(connection);
        await peer.SendAsync("1 2 30"u8.ToArray()).Soon();
        peer.FinishSending();
        Assert.That(Encoding.UTF8.GetString((await peer.ReadToEndAsync().Soon()).Bytes), Is.EqualTo("2460"));
        await serving.Soon();
    }
}
