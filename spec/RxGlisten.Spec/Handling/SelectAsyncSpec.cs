using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using System.Text;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Spec.Handling.Doubles;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;
using static Microsoft.Reactive.Testing.ReactiveTest;

namespace RxGlisten.Spec.Handling;

/// <summary>Asynchronous steps in virtual time, behind the deliveries of a connection on the memory network. Packets are one byte each, but where a spec says something else.</summary>
public sealed class SelectAsyncSpec
{
    private static readonly InvalidOperationException s_boom = new("planned");

    private static VirtualServer Bytewise(FlowControl? flow = null, Func<ServerOptions, ServerOptions>? more = null) => new(options =>
    {
        options = options with { ReceiveBufferBytes = 1, FlowControl = flow ?? FlowControl.Once };
        return more?.Invoke(options) ?? options;
    });

    private static IObservable<string> Letters(IConnection connection) => connection.Inbound.Bytes().Select(bytes => Encoding.Latin1.GetString(bytes.Span));

    private static void Send(VirtualServer server, TransportPeer peer, string text)
    {
        _ = peer.SendAsync(Encoding.Latin1.GetBytes(text));
        server.Settle();
    }

    private static string Text(Probe<string> probe) => string.Concat(probe.Items);

    [Test]
    public void A_step_holds_its_packet_until_its_result_was_emitted()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        var probe = Letters(connection).SelectAsync(script.Step, maxConcurrent: 8).Probe();
        Send(server, peer, "abc");
        Assert.That(script.Calls, Is.EqualTo("a"), "FlowControl.Once is one packet");
        script.End("a");
        Assert.That(probe.Items, Is.Empty, "nothing is emitted inside the call that ends a step");
        server.Settle();
        Assert.That((script.Calls, Text(probe)), Is.EqualTo(("ab", "A")));
        script.End("b");
        server.Settle();
        script.End("c");
        server.Settle();
        peer.FinishSending();
        server.Settle();
        Assert.That((Text(probe), probe.IsEnded, probe.Error), Is.EqualTo(("ABC", true, (Exception?)null)));
    }

    [TestCase(1, 5, "a")]
    [TestCase(2, 5, "ab")]
    [TestCase(5, 2, "ab")]
    [TestCase(9, 3, "abc")]
    public void No_more_steps_run_than_either_bound_allows(int maxConcurrent, int packets, string running)
    {
        var server = Bytewise(FlowControl.Count(packets));
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        var probe = Letters(connection).SelectAsync(script.Step, maxConcurrent).Probe();
        Send(server, peer, "abcdefghij");
        Assert.That(script.Calls, Is.EqualTo(running));
        foreach (var letter in "abcdefghij")
        {
            script.End(letter.ToString());
            server.Settle();
        }

        Assert.That((Text(probe), script.MostRunning), Is.EqualTo(("ABCDEFGHIJ", running.Length)));
    }

    [Test]
    public void Results_come_in_the_order_of_the_items_whatever_the_order_of_the_ends()
    {
        var server = Bytewise(FlowControl.Count(4));
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        var probe = Letters(connection).SelectAsync(script.Step, maxConcurrent: 4).Probe();
        Send(server, peer, "abcdef");
        script.End("cb");
        server.Settle();
        Assert.That((Text(probe), script.Calls), Is.EqualTo(("", "abcd")), "what waits for its turn has its credit still");
        script.End("a");
        server.Settle();
        Assert.That((Text(probe), script.Calls), Is.EqualTo(("ABC", "abcdef")));
        script.End("fed");
        server.Settle();
        Assert.That(Text(probe), Is.EqualTo("ABCDEF"));
    }

    [Test]
    public void The_lines_of_a_packet_wait_for_their_steps_and_hold_it_until_the_last()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        var probe = connection.Inbound.Bytes().Lines(10).Where(line => line != "-").SelectAsync(script.Step, maxConcurrent: 2).Probe();
        Send(server, peer, "a\nb\n-\nc\n");
        Send(server, peer, "d\n");
        Assert.That(script.Calls, Is.EqualTo("ab"));
        script.End("b");
        server.Settle();
        Assert.That((script.Calls, Text(probe)), Is.EqualTo(("abc", "")));
        script.End("c");
        server.Settle();
        Assert.That(script.Calls, Is.EqualTo("abc"), "a is not emitted, so the packet is on hold");
        script.End("a");
        server.Settle();
        Assert.That((script.Calls, Text(probe)), Is.EqualTo(("abcd", "ABC")));
    }

    [Test]
    public void A_step_that_needs_no_wait_takes_no_hold_and_is_emitted_inside_the_delivery()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        var inside = new List<bool>();
        var probe = Letters(connection).SelectAsync((letter, _) => new ValueTask<string>(letter), maxConcurrent: 1)
            .Do(_ => inside.Add(InboundStream.Delivering is InboundStream && ((Connection)connection).Inbound.OldestHeld is null)).Probe();
        Send(server, peer, "abcde");
        Assert.That((Text(probe), inside), Is.EqualTo(("abcde", new[] { true, true, true, true, true })));
    }

    [Test]
    public void Steps_in_a_row_pass_the_hold_on()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        var (first, second) = (new StepScript(), new StepScript());
        var probe = Letters(connection).SelectAsync(first.Step, maxConcurrent: 2).Select(text => text.ToLowerInvariant()).SelectAsync(second.Step, maxConcurrent: 2).Probe();
        Send(server, peer, "ab");
        first.End("a");
        server.Settle();
        Assert.That((first.Calls, second.Calls), Is.EqualTo(("a", "a")), "the packet is on hold for the second step");
        second.End("a");
        server.Settle();
        Assert.That((first.Calls, Text(probe)), Is.EqualTo(("ab", "A")));
        peer.FinishSending();
        first.End("b");
        server.Settle();
        second.End("b");
        server.Settle();
        Assert.That((Text(probe), probe.IsEnded, probe.Error), Is.EqualTo(("AB", true, (Exception?)null)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void An_error_of_a_step_comes_in_its_place_and_ends_all(bool throws)
    {
        var server = Bytewise(FlowControl.Count(4));
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        var probe = Letters(connection).SelectAsync((letter, cancellation) => letter == "c" && throws ? throw s_boom : script.Step(letter, cancellation), maxConcurrent: 4).Probe();
        Send(server, peer, "abcd");
        if (!throws)
            script.Fail('c', s_boom);
        server.Settle();
        Assert.That(probe.IsEnded, Is.False);
        script.End("ba");
        server.Settle();
        Assert.That((Text(probe), probe.Error), Is.EqualTo(("AB", s_boom)));
        Assert.That((script.IsCancelled('d'), connection.Closed.IsCompleted), Is.EqualTo((true, false)));
        var rest = Letters(connection).Probe();
        Send(server, peer, "e");
        Assert.That(Text(rest), Is.EqualTo("e"), "all credit was given back, and the next subscriber goes on");
    }

    [Test]
    public void The_end_of_the_source_comes_after_what_is_under_way()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        var probe = connection.Inbound.Bytes().Lines(4).SelectAsync(script.Step, maxConcurrent: 1).Probe();
        Send(server, peer, "a\nb\ntoo long\n");
        script.End("a");
        server.Settle();
        Assert.That((Text(probe), probe.IsEnded), Is.EqualTo(("A", false)));
        script.End("b");
        server.Settle();
        Assert.That(Text(probe), Is.EqualTo("AB"));
        Assert.That(probe.Error, Is.InstanceOf<FrameTooLargeException>());
    }

    [Test]
    public void What_an_operator_gives_at_the_end_may_be_a_step_too()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        var probe = Letters(connection).Aggregate("", (all, letter) => letter).SelectAsync(script.Step, maxConcurrent: 1).Probe();
        Send(server, peer, "abc");
        peer.FinishSending();
        server.Settle();
        script.End("c");
        server.Settle();
        Assert.That((Text(probe), probe.IsEnded, probe.Error), Is.EqualTo(("C", true, (Exception?)null)));
    }

    [Test]
    public void The_token_fires_when_the_connection_closes_and_steps_that_end_by_it_are_no_error()
    {
        var server = Bytewise(FlowControl.Count(2));
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        var probe = Letters(connection).SelectAsync(script.Step, maxConcurrent: 2).Probe();
        Send(server, peer, "ab");
        script.End("b");
        server.Settle();
        Assert.That(script.IsCancelled('a'), Is.False);
        peer.Reset();
        server.Settle();
        Assert.That((script.IsCancelled('a'), Text(probe), probe.IsEnded, probe.Error), Is.EqualTo((true, "B", true, (Exception?)null)));
    }

    [Test]
    public void The_peers_fin_cancels_nothing()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        var probe = Letters(connection).SelectAsync(script.Step, maxConcurrent: 2).Probe();
        Send(server, peer, "a");
        peer.FinishSending();
        server.Settle();
        Assert.That((script.IsCancelled('a'), probe.IsEnded), Is.EqualTo((false, false)));
        script.End("a");
        server.Settle();
        Assert.That((Text(probe), probe.IsEnded), Is.EqualTo(("A", true)));
    }

    [Test]
    public void Leaving_cancels_and_a_packet_is_on_hold_until_its_step_has_ended()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        var ended = new TaskCompletionSource<string>();
        var token = CancellationToken.None;
        var probe = Letters(connection).SelectAsync((_, cancellation) => (token = cancellation, new ValueTask<string>(ended.Task)).Item2, maxConcurrent: 1).Probe();
        Send(server, peer, "ab");
        probe.Dispose();
        Assert.That(token.IsCancellationRequested);
        var rest = Letters(connection).Probe();
        server.Settle();
        Assert.That(Text(rest), Is.Empty);
        ended.SetResult("late");
        server.Settle();
        Assert.That((Text(rest), probe.Items.Count), Is.EqualTo(("b", 0)));
    }

    [Test]
    public void Leaving_gives_back_the_credit_of_all_that_waits()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        var probe = connection.Inbound.Bytes().Lines(20).SelectAsync(script.Step, maxConcurrent: 1).Take(1).Probe();
        Send(server, peer, "a\nb\nc\nunfinished");
        script.End("a");
        server.Settle();
        Assert.That((Text(probe), probe.IsEnded, script.Calls), Is.EqualTo(("A", true, "a")));
        var rest = connection.Inbound.Probe();
        Send(server, peer, " line");
        Assert.That(rest.Text(), Is.EqualTo("unfinished line"), "lines that waited are lost with the subscription, the undecoded rest is not");
    }

    [Test]
    public void Who_subscribes_inside_an_emission_takes_over_from_who_leaves_with_it()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        var query = from hello in connection.Inbound.Bytes().Lines(20).SelectAsync(script.Step, maxConcurrent: 1).Take(1)
                    from bytes in connection.Inbound.Bytes()
                    select hello + Encoding.Latin1.GetString(bytes.Span);
        var probe = query.Probe();
        Send(server, peer, "a\nrest");
        script.End("a");
        server.Settle();
        Send(server, peer, "more");
        Assert.That((probe.Items, probe.Error), Is.EqualTo((new[] { "Arest", "Amore" }, (Exception?)null)));
    }

    [Test]
    public void One_who_subscribes_inside_an_emission_and_finds_nobody_leaving_is_refused()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        Probe<Message>? second = null;
        var probe = Letters(connection).SelectAsync(script.Step, maxConcurrent: 1).Do(_ => second ??= connection.Inbound.Probe()).Probe();
        Send(server, peer, "ab");
        script.End("a");
        server.Settle();
        script.End("b");
        server.Settle();
        Assert.That((Text(probe), probe.IsEnded, second!.Error is InvalidOperationException), Is.EqualTo(("AB", false, true)));
    }

    [Test]
    public void An_observer_that_throws_in_a_later_turn_ends_its_connection()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        Letters(connection).SelectAsync(script.Step, maxConcurrent: 1).Subscribe(_ => throw s_boom);
        Send(server, peer, "a");
        script.End("a");
        server.Settle();
        peer.FinishSending();
        server.Settle();
        Assert.That((connection.Closed.Result.Kind, connection.Closed.Result.Error), Is.EqualTo((CloseKind.HandlerFault, s_boom)));
    }

    [Test]
    public void A_served_pipeline_answers_after_its_steps_in_virtual_time_and_closes_after_the_last()
    {
        VirtualServer server = null!;
        var closed = new List<(long Ticks, CloseKind Kind)>();
        server = new VirtualServer(serve: listener => listener
            .ServePipeline(inbound => inbound.Bytes().Lines(10)
                .SelectAsync(
                    async (line, cancellation) =>
                    {
                        await Observable.Timer(TimeSpan.FromTicks(int.Parse(line)), server.Time).ToTask(cancellation);
                        return line;
                    },
                    maxConcurrent: 2)
                .EncodeLines())
            .Do(end => closed.Add((server.Time.Clock, end.Reason.Kind))).Probe());
        var peer = server.Connect();
        var start = server.Time.Clock;
        _ = peer.SendAsync("300\n100\n50\n"u8.ToArray());
        peer.FinishSending();
        var reader = new VirtualReader(server, peer);
        server.Time.AdvanceTo(start + 300);
        Assert.That(reader.All().Text, Is.Empty);
        server.Time.AdvanceTo(start + 310);
        Assert.That((reader.All().Text, closed.Single().Kind), Is.EqualTo(("300\n100\n50\n", CloseKind.PeerClosed)));
        Assert.That(closed[0].Ticks, Is.InRange(start + 300, start + 310));
    }

    [Test]
    public void Each_connection_of_a_query_over_several_cancels_its_own_steps_alone()
    {
        var server = Bytewise(FlowControl.Count(3));
        var (one, onePeer) = server.Pair();
        var (other, otherPeer) = server.Pair();
        var script = new StepScript();
        var probe = Letters(one).Merge(Letters(other)).SelectAsync(script.Step, maxConcurrent: 9).Probe();
        Send(server, onePeer, "a");
        Send(server, otherPeer, "b");
        Send(server, onePeer, "c");
        onePeer.Reset();
        server.Settle();
        Assert.That((script.IsCancelled('a'), script.IsCancelled('b'), script.IsCancelled('c')), Is.EqualTo((true, false, true)));
        script.End("b");
        server.Settle();
        Assert.That((Text(probe), probe.IsEnded), Is.EqualTo(("B", false)));
        probe.Dispose();
        Assert.That(((Connection)other).Closing.IsOpen);
    }

    [Test]
    public void Outside_a_delivery_the_sequence_ends_unless_it_may_queue()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        var script = new StepScript();
        var refused = Letters(connection).ObserveOn(server.Time).SelectAsync(script.Step, maxConcurrent: 1).Probe();
        Send(server, peer, "a");
        server.Settle();
        Assert.That(script.Calls, Is.Empty);
        Assert.That(refused.Error, Is.InstanceOf<InvalidOperationException>().With.Message.Contains("maxQueued"));
    }

    [TestCase(0, "A")]
    [TestCase(1, "AB")]
    [TestCase(2, "ABC")]
    public void One_more_than_may_wait_ends_the_sequence_after_the_results_before_it(int maxQueued, string results)
    {
        SynchronizationContext.SetSynchronizationContext(null); // the framework's would send the steps to the pool
        var time = new TestScheduler();
        var source = time.CreateHotObservable(OnNext(210, "a"), OnNext(220, "b"), OnNext(230, "c"), OnNext(240, "d"), OnCompleted<string>(900));
        var step = (string letter, CancellationToken cancellation) => new ValueTask<string>(Slow(letter, cancellation));
        var observed = time.Start(() => source.SelectAsync(step, maxConcurrent: 1, maxQueued), disposed: 1000);
        var values = observed.Messages.Where(message => message.Value.HasValue).ToArray();
        Assert.That(string.Concat(values.Select(message => message.Value.Value)), Is.EqualTo(results));
        Assert.That(values.Select(message => message.Time), Is.EqualTo(Enumerable.Range(1, results.Length).Select(n => 210 + (100 * n))).Within(5));
        Assert.That(observed.Messages[^1].Value.Exception, Is.InstanceOf<InvalidOperationException>().With.Message.Contains($"{maxQueued} items"));
        source.Subscriptions.AssertEqual(Subscribe(200, 220 + (10 * maxQueued)));

        async Task<string> Slow(string letter, CancellationToken cancellation)
        {
            await Observable.Timer(TimeSpan.FromTicks(100), time).ToTask(cancellation);
            return letter.ToUpperInvariant();
        }
    }

    [Test]
    public void Subscriptions_last_from_the_first_subscriber_to_the_end_or_the_leaving()
    {
        var time = new TestScheduler();
        var source = time.CreateColdObservable(OnNext(10, "a"), OnNext(20, "b"), OnCompleted<string>(30));
        var observed = time.Start(() => source.SelectAsync((letter, _) => new ValueTask<string>(letter), maxConcurrent: 1, maxQueued: 0));
        observed.Messages.AssertEqual(OnNext(210, "a"), OnNext(220, "b"), OnCompleted<string>(230));
        source.Subscriptions.AssertEqual(Subscribe(200, 230));
        var left = time.Start(() => source.SelectAsync((letter, _) => new ValueTask<string>(letter), maxConcurrent: 1, maxQueued: 0), 1000, 1100, 1115);
        left.Messages.AssertEqual(OnNext(1110, "a"));
        source.Subscriptions.AssertEqual(Subscribe(200, 230), Subscribe(1100, 1115));
    }

    [Test]
    public void A_step_that_brings_the_next_item_about_keeps_the_order()
    {
        var items = new System.Reactive.Subjects.Subject<int>();
        var started = new List<int>();
        var probe = items.SelectAsync(
            (item, _) =>
            {
                started.Add(item);
                if (item < 5)
                    items.OnNext(item + 1);
                return new ValueTask<int>(item);
            },
            maxConcurrent: 1,
            maxQueued: 9).Probe();
        items.OnNext(0);
        Assert.That((probe.Items, started), Is.EqualTo((new[] { 0, 1, 2, 3, 4, 5 }, new[] { 0, 1, 2, 3, 4, 5 })));
    }

    [Test]
    public void Steps_without_a_result_are_units()
    {
        var server = Bytewise();
        var (connection, peer) = server.Pair();
        var (other, otherPeer) = server.Pair();
        var probe = connection.Inbound.OfType<Packet>().SelectAsync((packet, cancellation) => other.Outbound.SendAsync(packet.Data, cancellation), maxConcurrent: 1).Probe();
        Send(server, peer, "abc");
        peer.FinishSending();
        server.Settle();
        Assert.That((probe.Items.Count, probe.IsEnded, new VirtualReader(server, otherPeer).All().Text), Is.EqualTo((3, true, "abc")));
    }

    [Test]
    public void A_synchronous_step_allocates_nothing_of_the_operators_own()
    {
        var items = new System.Reactive.Subjects.Subject<int>();
        var sum = 0L;
        using var subscription = items.SelectAsync((item, _) => new ValueTask<int>(item), maxConcurrent: 1, maxQueued: 0).Subscribe(item => sum += item);
        for (var i = 0; i < 1000; i++)
            items.OnNext(i);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            items.OnNext(i);
        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before, sum), Is.EqualTo((0, 999_000)));
    }

    [Test]
    public void Arguments_are_checked_where_it_is_called()
    {
        var items = Observable.Never<int>();
        Assert.That(() => items.SelectAsync((item, _) => new ValueTask<int>(item), 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => items.SelectAsync((item, _) => new ValueTask<int>(item), 1, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => items.SelectAsync((Func<int, CancellationToken, ValueTask<int>>)null!, 1), Throws.ArgumentNullException);
    }
}
