using System.Net.Sockets;
using System.Reactive;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Connecting;

/// <summary>Connect, use, dispose: as one sequence, for Retry and Repeat.</summary>
public sealed class UseSpec
{
    private static IEnumerable<string> Kinds => Reaches.Names;

    [TestCaseSource(nameof(Kinds))]
    public async Task A_question_and_its_answer_are_one_sequence(string kind)
    {
        using var reach = Reaches.Of(kind);
        var closings = new Probe<ConnectionClosed>();
        await using var server = new TestServer(reach, serve: listener => closings.On(listener.Serve(c => c.Inbound.Bytes())));
        var answer = RxClient.Use(server.Listener.LocalEndPoint, c => Ask(c, "question").Take(1)).Probe();
        await answer.EndAsync();
        Assert.That(answer.Items.Single(), Is.EqualTo("question"));
        Assert.That((await closings.CountAsync(1))[0].Reason.Kind, Is.EqualTo(CloseKind.PeerClosed), "the client finished, gracefully");
    }

    [Test]
    public void Nothing_that_was_sent_is_lost_when_the_sequence_completes_or_is_unsubscribed()
    {
        var server = new VirtualServer(windowBytes: 10_000);
        var sent = PeerReading.Noise(200_000, 3);
        var completing = Use(server, c =>
        {
            c.Outbound.OnNext(sent);
            return Observable.Return(Unit.Default);
        }).Probe();
        server.Settle();
        var unsubscribed = Use(server, c =>
        {
            c.Outbound.OnNext(sent);
            return Observable.Never<Unit>();
        }).Probe();
        server.Settle();
        unsubscribed.Dispose();
        foreach (var accepted in new[] { server.Accept(), server.Accept() })
        {
            var received = accepted.Inbound.Probe(onEnd: accepted.Dispose);
            server.Settle();
            Assert.That((received.Bytes().AsSpan().SequenceEqual(sent), received.IsEnded), Is.EqualTo((true, true)));
            Assert.That(accepted.Closed.Result.Kind, Is.EqualTo(CloseKind.PeerClosed));
        }

        Assert.That((completing.IsEnded, unsubscribed.IsEnded), Is.EqualTo((true, false)));
    }

    [Test]
    public void Each_subscription_has_a_connection_of_its_own_and_repeat_connects_anew()
    {
        var server = new VirtualServer(serve: listener => listener.Serve(c => Observable.Return(Ascii("hello"))).Subscribe());
        var greetings = Use(server, c => c.Inbound.Bytes().Select(Text)).Repeat(3).Probe();
        for (var i = 0; i < 4; i++)
            server.Settle();
        Assert.That((greetings.Items, greetings.IsEnded), Is.EqualTo((new[] { "hello", "hello", "hello" }, true)));
        Assert.That(server.Listener.Ledger.Accepted, Is.EqualTo(3));
    }

    [Test]
    public void The_connection_is_closing_when_the_end_is_told_so_that_a_repeat_never_has_two()
    {
        var server = new VirtualServer();
        IConnection? used = null;
        var closing = false;
        Use(server, c =>
        {
            used = c;
            return Observable.Return(1);
        }).Probe(onEnd: () => closing = used!.Outbound.SendAsync(new byte[1]).AsTask().IsFaulted);
        server.Settle();
        Assert.That(closing);
    }

    // Lost connections.

    [Test]
    public void A_lost_connection_is_an_error_through_inbound()
    {
        var server = new VirtualServer();
        var used = Use(server, c => c.Inbound.Bytes().Select(Text)).Probe();
        server.Settle();
        var accepted = server.Accept();
        accepted.Outbound.OnNext("before"u8.ToArray());
        server.Settle();
        accepted.Abort();
        server.Settle();
        Assert.That(used.Items, Is.EqualTo(new[] { "before" }));
        Assert.That(((ConnectionClosedException)used.Error!).Reason.Kind, Is.EqualTo(CloseKind.PeerReset));
    }

    [Test]
    public void A_lost_connection_is_an_error_also_of_a_sequence_that_does_not_read()
    {
        var server = new VirtualServer();
        var ticks = Use(server, c => Observable.Interval(TimeSpan.FromSeconds(1), server.Time)).Probe();
        server.Advance(TimeSpan.FromSeconds(3.5));
        server.Accept().Abort();
        server.Advance(TimeSpan.FromSeconds(60));
        Assert.That(ticks.Items, Has.Count.EqualTo(3));
        Assert.That(((ConnectionClosedException)ticks.Error!).Reason.Kind, Is.EqualTo(CloseKind.PeerReset));
    }

    [Test]
    public void Of_a_sequence_that_was_told_of_the_loss_nothing_that_is_still_on_its_way_is_cut_off()
    {
        var server = new VirtualServer();
        var delayed = Use(server, c => c.Inbound.Bytes().Select(Text).Delay(TimeSpan.FromSeconds(5), server.Time).Concat(Observable.Return("end"))
            .Catch((ConnectionClosedException _) => Observable.Timer(TimeSpan.FromSeconds(9), server.Time).Select(_ => "later"))).Probe();
        server.Settle();
        var accepted = server.Accept();
        accepted.Outbound.OnNext("x"u8.ToArray());
        server.Settle();
        accepted.Abort();
        server.Advance(TimeSpan.FromSeconds(60));
        Assert.That((delayed.Items, delayed.Error), Is.EqualTo((new[] { "later" }, (Exception?)null)));
    }

    [Test]
    public void With_the_other_setting_a_lost_connection_completes()
    {
        var server = new VirtualServer();
        var options = new ClientOptions { Scheduler = server.Time, AbnormalClosure = AbnormalClosure.Complete };
        var reading = RxClient.Use(server.Listener.LocalEndPoint, c => c.Inbound, options).Probe();
        var writing = RxClient.Use(server.Listener.LocalEndPoint, c => Observable.Never<Unit>(), options).Probe();
        server.Settle();
        server.Accept().Abort();
        server.Accept().Abort();
        server.Settle();
        Assert.That((reading.IsEnded, reading.Error, writing.IsEnded, writing.Error), Is.EqualTo((true, (Exception?)null, true, (Exception?)null)));
    }

    [Test]
    public void A_server_that_finishes_orderly_completes_inbound_and_leaves_the_rest_to_the_sequence()
    {
        var server = new VirtualServer();
        var used = Use(server, c => c.Inbound.Bytes().Select(Text).Delay(TimeSpan.FromSeconds(5), server.Time)).Probe();
        server.Settle();
        var accepted = server.Accept();
        accepted.Outbound.OnNext("bye"u8.ToArray());
        accepted.Dispose();
        server.Advance(TimeSpan.FromSeconds(4));
        Assert.That((used.Items.Count, used.IsEnded), Is.EqualTo((0, false)));
        server.Advance(TimeSpan.FromSeconds(2));
        Assert.That((used.Items, used.IsEnded, used.Error), Is.EqualTo((new[] { "bye" }, true, (Exception?)null)));
    }

    [Test]
    public void Timeouts_are_losses_too()
    {
        var server = new VirtualServer();
        var used = RxClient.Use(
            server.Listener.LocalEndPoint, c => c.Inbound, new ClientOptions { Scheduler = server.Time, IdleTimeout = TimeSpan.FromSeconds(7), LingerTimeout = TimeSpan.Zero }).Probe();
        server.Settle();
        server.Advance(TimeSpan.FromSeconds(7));
        Assert.That(((ConnectionClosedException)used.Error!).Reason.Kind, Is.EqualTo(CloseKind.IdleTimeout));
    }

    // The user's own faults.

    [Test]
    public void What_the_function_throws_or_forgets_is_the_error_and_closes_the_connection()
    {
        var server = new VirtualServer();
        var throwing = Use<int>(server, _ => throw new InvalidOperationException("mine")).Probe();
        var forgetting = Use<int>(server, _ => null!).Probe();
        server.Settle();
        Assert.That(throwing.Error!.Message, Is.EqualTo("mine"));
        Assert.That(forgetting.Error!.Message, Does.Contain("returned null"));
        foreach (var accepted in new[] { server.Accept(), server.Accept() })
        {
            accepted.Inbound.Probe(onEnd: accepted.Dispose);
            server.Settle();
            Assert.That(accepted.Closed.Result.Kind, Is.EqualTo(CloseKind.PeerClosed), "gracefully");
        }
    }

    [Test]
    public void An_error_of_the_sequence_is_the_error_and_what_was_sent_before_it_arrives()
    {
        var server = new VirtualServer();
        var used = Use(server, c =>
        {
            c.Outbound.OnNext("last words"u8.ToArray());
            return Observable.Throw<int>(new InvalidOperationException("mine"));
        }).Probe();
        server.Settle();
        Assert.That(used.Error!.Message, Is.EqualTo("mine"));
        Assert.That(Received(server), Is.EqualTo("last words"));
    }

    [Test]
    public void A_subscriber_that_throws_ends_its_connection()
    {
        using var log = new LogRecorder();
        var server = new VirtualServer();
        Exception? told = null;
        RxClient.Use(server.Listener.LocalEndPoint, c => c.Inbound, new ClientOptions { Scheduler = server.Time, LoggerFactory = log })
            .Subscribe(_ => throw new InvalidOperationException("mine"), error => told = error);
        server.Settle();
        var accepted = server.Accept();
        var inbound = accepted.Inbound.Probe();
        accepted.Outbound.OnNext(new byte[1]);
        server.Settle();
        Assert.That(((ConnectionClosedException)told!).Reason.Kind, Is.EqualTo(CloseKind.HandlerFault));
        Assert.That((inbound.IsEnded, log.Entries.Count), Is.EqualTo((true, 1)));
    }

    [Test]
    public void Unsubscribing_while_connecting_never_calls_the_function()
    {
        var server = new VirtualServer();
        var called = false;
        Use(server, c =>
        {
            called = true;
            return c.Inbound;
        }).Subscribe().Dispose();
        server.Settle();
        Assert.That((called, server.Listener.Ledger.Accepted), Is.EqualTo((false, 0L)));
    }

    [Test]
    public void Unsubscribing_inside_the_function_or_an_element_closes_the_connection()
    {
        var server = new VirtualServer();
        Probe<Message>? inside = null;
        inside = Use(server, c =>
        {
            inside!.Dispose();
            return c.Inbound;
        }).Probe();
        server.Settle();
        var first = Use(server, c => c.Inbound.StartWith(new Packet("x"u8.ToArray()))).Take(1).Probe();
        server.Settle();
        Assert.That((first.Items.Count, first.IsEnded), Is.EqualTo((1, true)));
        foreach (var accepted in new[] { server.Accept(), server.Accept() })
        {
            var inbound = accepted.Inbound.Probe(onEnd: accepted.Dispose);
            server.Settle();
            Assert.That((inbound.IsEnded, accepted.Closed.Result.Kind), Is.EqualTo((true, CloseKind.PeerClosed)));
        }
    }

    [Test]
    public void A_connect_that_fails_is_the_error()
    {
        var server = new VirtualServer();
        server.Listener.StopAsync(TimeSpan.Zero);
        server.Settle();
        var used = Use(server, c => c.Inbound).Probe();
        server.Settle();
        Assert.That(((ConnectException)used.Error!).SocketError, Is.EqualTo(SocketError.ConnectionRefused));
    }

    [Test]
    public async Task The_loss_and_the_elements_of_another_thread_are_serial_and_nothing_follows_the_end()
    {
        using var reach = Reach.Memory();
        await using var server = new TestServer(reach);
        for (var i = 0; i < 200; i++)
        {
            using var subject = new Subject<int>();
            using var ready = new ManualResetEventSlim();
            var used = RxClient.Use(server.Listener.LocalEndPoint, _ => subject.Finally(ready.Set)).Probe(); // a probe checks the grammar
            var accepted = await server.AcceptAsync();
            await Patience.UntilAsync(() => subject.HasObservers, "the function was called");
            var emitting = Task.Run(() =>
            {
                for (var n = 0; !ready.IsSet; n++)
                    subject.OnNext(n);
            });
            accepted.Abort();
            Assert.That(await used.ErrorAsync(), Is.InstanceOf<ConnectionClosedException>());
            await emitting.Soon();
            Assert.That(used.IsEnded);
        }
    }

    private static IObservable<T> Use<T>(VirtualServer server, Func<IConnection, IObservable<T>> use) =>
        RxClient.Use(server.Listener.LocalEndPoint, use, new ClientOptions { Scheduler = server.Time });

    private static IObservable<string> Ask(IConnection connection, string question)
    {
        connection.Outbound.OnNext(Ascii(question));
        return connection.Inbound.Bytes().Select(Text);
    }

    private static string Received(VirtualServer server)
    {
        var inbound = server.Accept().Inbound.Probe();
        server.Settle();
        Assert.That(inbound.IsEnded);
        return inbound.Text();
    }

    private static ReadOnlyMemory<byte> Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.ASCII.GetString(bytes.Span);
}
