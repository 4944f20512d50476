using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Outbound.Doubles;

namespace RxGlisten.Spec.Outbound;

/// <summary>Sends that wait for room, and flushes, in virtual time.</summary>
public sealed class SendAsyncSpec
{
    [Test]
    public void A_thousand_producers_are_let_in_first_come_first_served_and_no_policy_is_tripped()
    {
        var (server, connection, reader) = HighWaterSpec.Stalled(
            window: 1000, options => options with { OutboundHighWaterBytes = 2000, OutboundLimitBytes = 2000 });
        connection.Outbound.OnNext(new byte[3000]);
        var order = new List<int>();
        var producers = Enumerable.Range(0, 1000).Select(Produce).ToArray();
        Assert.That(connection.Outbound.QueuedBytes, Is.EqualTo(2000));
        reader.All();
        Assert.That(producers, Has.All.Matches<Task>(producer => producer!.IsCompletedSuccessfully));
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 1000)));
        var expected = new byte[3000].Concat(Enumerable.Range(0, 1000).SelectMany(Message));
        Assert.That(reader.Bytes, Is.EqualTo(expected));
        Assert.That(connection.Closed.IsCompleted, Is.False);

        async Task Produce(int number)
        {
            await connection.Outbound.SendAsync(Message(number)).ConfigureAwait(false);
            order.Add(number);
        }

        static byte[] Message(int number) => [.. Enumerable.Repeat((byte)number, 50 + (number % 100))];
    }

    [Test]
    public void The_memory_of_a_send_is_free_when_it_completes()
    {
        var (server, connection, reader) = HighWaterSpec.Stalled(window: 100, options => options with { OutboundHighWaterBytes = 100 });
        var sending = ProduceAsync();
        reader.All();
        Assert.That(sending.IsCompletedSuccessfully);
        Assert.That(reader.Bytes, Is.EqualTo(Enumerable.Range(0, 100).SelectMany(i => Enumerable.Repeat((byte)i, 150))));
        server.Settle();

        async Task ProduceAsync()
        {
            var memory = new byte[150];
            for (byte i = 0; i < 100; i++)
            {
                memory.AsSpan().Fill(i);
                await connection.Outbound.SendAsync(memory).ConfigureAwait(false);
                memory.AsSpan().Fill(0xFF);
            }
        }
    }

    [Test]
    public void A_caller_that_goes_on_on_another_thread_at_once_finds_its_memory_free()
    {
        var tap = new Tap { Executor = executor => new EagerExecutor(executor) };
        var (_, connection, reader) = HighWaterSpec.Stalled(window: 10, options => options with { OutboundHighWaterBytes = 10 }, tap);
        connection.Outbound.OnNext(new byte[20]);
        var sending = ProduceAsync();
        reader.All();
        Assert.That(sending.IsCompletedSuccessfully);
        Assert.That(reader.Text[20..], Is.EqualTo("mine"));

        async Task ProduceAsync()
        {
            var memory = "mine"u8.ToArray();
            await connection.Outbound.SendAsync(memory).ConfigureAwait(false);
            memory.AsSpan().Fill((byte)'!');
        }
    }

    [Test]
    public void A_send_cancelled_before_it_is_let_in_sends_nothing_and_later_it_is_ignored()
    {
        var (server, connection, reader) = HighWaterSpec.Stalled(window: 10, options => options with { OutboundHighWaterBytes = 10 });
        connection.Outbound.OnNext(new byte[20]);
        using var cancellation = new CancellationTokenSource();
        using var ignored = new CancellationTokenSource();
        var first = connection.Outbound.SendAsync("first"u8.ToArray(), ignored.Token).AsTask();
        var second = connection.Outbound.SendAsync("second"u8.ToArray(), cancellation.Token).AsTask();
        var third = connection.Outbound.SendAsync("third"u8.ToArray()).AsTask();
        cancellation.Cancel();
        server.Settle();
        Assert.That(second.IsCanceled);
        Assert.That(connection.Outbound.SendAsync("fourth"u8.ToArray(), cancellation.Token).AsTask().IsCanceled);
        reader.Take();
        reader.Take();
        Assert.That(first.IsCompletedSuccessfully);
        ignored.Cancel();
        reader.All();
        Assert.That(third.IsCompletedSuccessfully);
        Assert.That(reader.Text[20..], Is.EqualTo("firstthird"));
    }

    [Test]
    public void A_cancelled_send_lets_go_of_its_memory()
    {
        var (server, connection, _) = HighWaterSpec.Stalled(window: 10, options => options with { OutboundHighWaterBytes = 10 });
        connection.Outbound.OnNext(new byte[20]);
        var memory = CancelledSend(connection);
        server.Settle();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.That(memory.IsAlive, Is.False);
        Assert.That(connection.Closed.IsCompleted, Is.False);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference CancelledSend(IConnection connection)
        {
            var data = new byte[1000];
            using var cancellation = new CancellationTokenSource();
            _ = connection.Outbound.SendAsync(data, cancellation.Token).AsTask();
            cancellation.Cancel();
            return new WeakReference(data);
        }
    }

    [Test]
    public void A_flush_leaves_nothing_behind_in_its_token()
    {
        var (_, connection, _) = HighWaterSpec.Stalled(window: 1000);
        using var cancellation = new CancellationTokenSource();
        for (var i = 0; i < 100; i++)
            Assert.That(connection.Outbound.FlushAsync(cancellation.Token).AsTask().IsCompletedSuccessfully);
        var start = GC.GetTotalMemory(true);
        for (var i = 0; i < 10_000; i++)
        {
            if (!connection.Outbound.FlushAsync(cancellation.Token).AsTask().IsCompletedSuccessfully)
                Assert.Fail("Nothing is queued, so there is nothing to wait for.");
        }

        Assert.That(GC.GetTotalMemory(true) - start, Is.LessThan(200_000));
    }

    [Test]
    public void Sends_that_wait_fail_with_the_reason_at_the_close([Values] bool graceful)
    {
        var (server, connection, _) = HighWaterSpec.Stalled(window: 10, options => options with { OutboundHighWaterBytes = 10 });
        connection.Outbound.OnNext(new byte[30]);
        var send = connection.Outbound.SendAsync(new byte[1]).AsTask();
        var flush = connection.Outbound.FlushAsync().AsTask();
        if (graceful)
            connection.Dispose();
        else
            connection.Abort();
        server.Settle();
        var expected = graceful ? CloseKind.LocalClosed : CloseKind.Aborted;
        Assert.That(ReasonOf(send).Kind, Is.EqualTo(expected));
        Assert.That(flush.IsCompleted, Is.EqualTo(!graceful), "a graceful close flushes");
    }

    [Test]
    public void After_the_close_sending_throws_the_reason_and_flushing_too()
    {
        var (server, connection, _) = HighWaterSpec.Stalled(window: 10);
        connection.Abort();
        server.Settle();
        Assert.That(ReasonOf(connection.Outbound.SendAsync(new byte[1]).AsTask()), Is.EqualTo(connection.Closed.Result));
        Assert.That(ReasonOf(connection.Outbound.FlushAsync().AsTask()), Is.EqualTo(connection.Closed.Result));
    }

    [Test]
    public void Once_the_sending_side_is_completed_sending_throws_and_a_flush_waits_for_what_is_queued()
    {
        var (server, connection, reader) = HighWaterSpec.Stalled(window: 10);
        connection.Outbound.OnNext(new byte[30]);
        connection.Outbound.OnCompleted();
        var flush = connection.Outbound.FlushAsync().AsTask();
        Assert.That(ReasonOf(connection.Outbound.SendAsync(new byte[1]).AsTask()).Kind, Is.EqualTo(CloseKind.LocalClosed));
        server.Settle();
        Assert.That(flush.IsCompleted, Is.False);
        reader.All();
        Assert.That(flush.IsCompletedSuccessfully);
        Assert.That(reader.End!.Value.IsFin);
        Assert.That(connection.Outbound.FlushAsync().AsTask().IsCompletedSuccessfully);
    }

    [Test]
    public void While_a_faulted_connection_still_flushes_sending_throws_what_it_ends_of()
    {
        var (server, connection, _, peer) = HighWaterSpec.StalledPair(window: 10);
        connection.Outbound.OnNext(new byte[30]);
        connection.Inbound.Subscribe(_ => throw new InvalidOperationException("Meant to be."));
        _ = peer.SendAsync("!"u8.ToArray());
        server.Settle();
        Assert.That(ReasonOf(connection.Outbound.SendAsync(new byte[1]).AsTask()).Kind, Is.EqualTo(CloseKind.HandlerFault));
    }

    [Test]
    public void A_flush_made_while_the_fin_is_being_sent_completes()
    {
        var tap = new Tap();
        var (server, connection, _) = HighWaterSpec.Stalled(window: 10, tap: tap);
        Task? flush = null;
        tap.AfterFin = () => flush = connection.Outbound.FlushAsync().AsTask();
        connection.Outbound.OnCompleted();
        server.Settle();
        Assert.That(flush!.IsCompletedSuccessfully);
    }

    [Test]
    public void A_flush_completes_when_what_was_before_it_left_whatever_comes_after()
    {
        var (server, connection, reader) = HighWaterSpec.Stalled(window: 10);
        connection.Outbound.OnNext(new byte[25]);
        var flush = connection.Outbound.FlushAsync().AsTask();
        connection.Outbound.OnNext(new byte[100]);
        reader.Take();
        Assert.That(flush.IsCompleted, Is.False);
        reader.Take();
        server.Settle();
        Assert.That(flush.IsCompletedSuccessfully);
        Assert.That(connection.Outbound.QueuedBytes, Is.GreaterThan(0));
    }

    [Test]
    public void Writable_is_false_as_soon_as_a_waiting_send_fills_the_queue()
    {
        var (server, connection, reader) = HighWaterSpec.Stalled(window: 100, options => options with { OutboundHighWaterBytes = 100 });
        connection.Outbound.OnNext(new byte[220]);
        var send = connection.Outbound.SendAsync(new byte[1000]).AsTask();
        var writable = connection.Outbound.Writable.Probe();
        Assert.That(writable.Items, Is.EqualTo(new[] { false }));
        reader.Take();
        server.Settle();
        Assert.That(send.IsCompletedSuccessfully);
        Assert.That(connection.Outbound.QueuedBytes, Is.EqualTo(1020));
        server.Settle();
        Assert.That(writable.Items, Is.EqualTo(new[] { false }));
    }

    private static CloseReason ReasonOf(Task failed) => ((ConnectionClosedException)failed.Exception!.InnerException!).Reason;

    /// <summary>Runs callers that wait on another thread, and so fast that they are through when the post returns.</summary>
    private sealed class EagerExecutor(ITransportExecutor inner) : ITransportExecutor
    {
        public void Post(IThreadPoolWorkItem work)
        {
            if (work is not SendWaiter)
            {
                inner.Post(work);
                return;
            }

            var thread = new Thread(work.Execute);
            thread.Start();
            thread.Join();
        }

        public void Run(IThreadPoolWorkItem work) => inner.Run(work);
    }
}
