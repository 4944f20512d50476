using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Handling.Doubles;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Handling;

/// <summary>A handler's loop: its state, what it sends, and how it says that it is over, in virtual time.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class HandleSpec
{
    private readonly LogRecorder _log = new();
    private readonly HandlerWatch _watch = new();
    private Probe<ConnectionClosed> _closed = new();

    [Test]
    public void A_state_and_a_loop_are_enough_and_no_type_is_spelled_out()
    {
        var server = Start(listener => listener.Handle(c => 0, (n, message, c) =>
        {
            c.Outbound.OnNext(Of($"{n} "));
            return Next.Continue(n + 1);
        }));
        var one = server.Connect();
        var other = server.Connect();
        Say(server, one, "a");
        Say(server, one, "b");
        Say(server, other, "c");
        Assert.That(new VirtualReader(server, one).All().Text, Is.EqualTo("0 1 "));
        Assert.That(new VirtualReader(server, other).All().Text, Is.EqualTo("0 "), "the state is each connection's own");
    }

    [Test]
    public void Stops_and_steps_mix_in_one_expression()
    {
        var server = Start(listener => listener.Handle(
            c => "",
            (text, message, c) => message switch
            {
                Packet { Data.Length: 1 } => Next.Continue(text + "."),
                Packet { Data.Length: 2 } => Next.StopAbnormal("two"),
                _ => Next.Stop(),
            },
            (text, ended) => _log.Entries.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        var (stops, fails) = (server.Connect(), server.Connect());
        Say(server, stops, "a");
        Say(server, stops, "abc");
        Say(server, fails, "ab");
        server.Advance(TimeSpan.FromSeconds(6));
        Assert.That(_closed.Items.Select(end => end.Reason.Kind), Is.EquivalentTo(new[] { CloseKind.LocalClosed, CloseKind.HandlerFault }));
    }

    [Test]
    public void A_state_may_be_a_pair_of_anything_but_messages()
    {
        var ends = new List<(int, string)>();
        var server = Start(listener => listener.Handle(
            c => (1, "x"), (state, message, c) => Next.Continue((state.Item1 + 1, state.Item2 + "x")), (state, ended) => ends.Add(state)));
        var peer = server.Connect();
        Say(server, peer, "a");
        peer.FinishSending();
        server.Settle();
        Assert.That(ends, Is.EqualTo(new[] { (2, "xx") }));
    }

    [Test]
    public void It_is_cold()
    {
        var inits = 0;
        var handled = Observable.Defer(() => Observable.Never<IConnection>()).Handle(c => inits++, (n, message, c) => Next.Stop());
        Assert.That(inits, Is.Zero);
        var server = Start(listener => listener.Handle(c => inits++, (n, message, c) => Next.Stop()));
        Assert.That(inits, Is.Zero);
        server.Connect();
        Assert.That((inits, handled), Is.EqualTo((1, handled)));
    }

    [Test]
    public void What_is_sent_in_one_call_leaves_as_one_send_and_before_the_fin()
    {
        var server = Start(listener => listener.Handle(c => 0, (n, message, c) =>
        {
            c.Outbound.OnNext(Of("good"));
            c.Outbound.OnNext(Of("bye"));
            return Next.Stop();
        }));
        var peer = server.Connect();
        Say(server, peer, "!");
        var reader = new VirtualReader(server, peer).All();
        Assert.That((reader.Text, reader.End!.Value.IsFin), Is.EqualTo(("goodbye", true)));
    }

    [Test]
    public void After_a_stop_the_loop_is_called_no_more_and_the_state_stays()
    {
        var states = new List<int>();
        var server = Start(listener => _watch.Handle<int>(
            listener, c => (0, null), (n, message, c) => n == 2 ? Next.Stop() : Next.Continue(n + 1), (n, ended) => states.Add(n)),
            options => options with { ReceiveBufferBytes = 1 });
        var peer = server.Connect();
        Say(server, peer, "abcdef");
        peer.FinishSending();
        server.Settle();
        Assert.That((_watch.Calls, _watch.Closings, _watch.Elements), Is.EqualTo((3, 1, 1)));
        Assert.That(states, Is.EqualTo(new[] { 2 }));
        Assert.That(_closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.LocalClosed));
    }

    [Test]
    public void An_abnormal_stop_ends_the_connection_as_a_fault_with_its_reason()
    {
        var server = Start(listener => listener.Handle(
            c => 0,
            (n, message, c) =>
            {
                c.Outbound.OnNext(Of("sorry"));
                return Next.StopAbnormal("the disk is full");
            },
            rescue: Rescue.Continue));
        var peer = server.Connect();
        Say(server, peer, "!");
        var reader = new VirtualReader(server, peer).All();
        peer.FinishSending();
        server.Settle();
        Assert.That((reader.Text, reader.End!.Value.IsFin), Is.EqualTo(("sorry", true)));
        var reason = _closed.Items.Single().Reason;
        Assert.That((reason.Kind, reason.Error), Is.EqualTo((CloseKind.HandlerFault, reason.Error as AbnormalStopException)));
        Assert.That(reason.Error!.Message, Is.EqualTo("the disk is full"));
        Assert.That(_log.Entries, Has.Count.EqualTo(1));
        Assert.That(_log.Entries[0], Does.Contain("the disk is full"));
    }

    [Test]
    public void A_throw_ends_its_own_connection_with_what_it_had_sent([Values] bool protocol)
    {
        Exception error = protocol ? new ProtocolException("no such verb") : new InvalidOperationException("as planned");
        var server = Start(listener => _watch.Handle<int>(listener, c => (0, null), (n, message, c) =>
        {
            if (Text(message) != "!")
                return Next.Continue(n);
            c.Outbound.OnNext(Of("last"));
            throw error;
        }));
        var (healthy, peer) = (server.Connect(), server.Connect());
        Say(server, peer, "!");
        Say(server, peer, "?");
        Say(server, healthy, "a");
        var reader = new VirtualReader(server, peer).All();
        Assert.That((reader.Text, reader.End!.Value.IsFin), Is.EqualTo(("last", true)));
        server.Advance(TimeSpan.FromSeconds(6));
        var reason = _closed.Items.Single().Reason;
        Assert.That((reason.Kind, reason.Error), Is.EqualTo((protocol ? CloseKind.ProtocolError : CloseKind.HandlerFault, error)));
        Assert.That((_log.Entries.Count, server.Listener.Connections.Count, _watch.Calls), Is.EqualTo((1, 1, 2)));
    }

    [Test]
    public void A_rescued_throw_is_logged_and_the_loop_goes_on_reading_with_the_old_state()
    {
        var ticks = new System.Reactive.Subjects.Subject<Message>();
        var server = Start(listener => _watch.Handle<int>(
            listener,
            c => (0, ticks),
            (n, message, c) =>
            {
                if (message is UserMessage<string> || Text(message) == "!")
                    throw new InvalidOperationException($"planned {n}");
                c.Outbound.OnNext(Of($"{n}"));
                return Next.Continue(n + 1);
            },
            rescue: Rescue.Continue));
        var peer = server.Connect();
        Say(server, peer, "a");
        Say(server, peer, "!");
        Say(server, peer, "b");
        ticks.OnNext(new UserMessage<string>("!"));
        Say(server, peer, "c");
        Assert.That(new VirtualReader(server, peer).All().Text, Is.EqualTo("012"));
        Assert.That(_log.Entries.Select(entry => entry[^9..]), Is.EqualTo(new[] { "planned 1", "planned 2" }));
        Assert.That((_closed.Items.Count, _watch.Calls), Is.EqualTo((0, 5)));
    }

    [Test]
    public void A_first_state_that_throws_ends_the_connection_and_there_is_no_state_to_close_with()
    {
        var closings = 0;
        var server = Start(listener => listener.Handle<int>(
            c => throw new InvalidOperationException("as planned"), (n, message, c) => Next.Stop(), (n, ended) => closings++));
        server.Connect();
        server.Advance(TimeSpan.FromSeconds(6));
        Assert.That((_closed.Items.Single().Reason.Kind, closings), Is.EqualTo((CloseKind.HandlerFault, 0)));
    }

    [Test]
    public void Packets_are_given_inside_their_delivery_and_may_be_held()
    {
        IDisposable? hold = null;
        var server = Start(listener => _watch.Handle<int>(listener, c => (0, null), (n, message, c) =>
        {
            hold = ((Packet)message).Hold();
            return Next.Continue(n + 1);
        }));
        var peer = server.Connect();
        Say(server, peer, "a");
        Say(server, peer, "b");
        Assert.That(_watch.Calls, Is.EqualTo(1), "one packet is on hold, and no more are read");
        hold!.Dispose();
        server.Settle();
        Assert.That(_watch.Calls, Is.EqualTo(2));
    }

    [Test]
    public void A_pulled_sequence_that_the_loop_subscribes_is_asked_only_while_there_is_room()
    {
        var produced = 0;
        async IAsyncEnumerable<ReadOnlyMemory<byte>> Produce()
        {
            await Task.CompletedTask;
            while (true)
            {
                produced += 10;
                yield return new byte[10];
            }
        }

        var start = new System.Reactive.Subjects.Subject<Message>();
        var server = new VirtualServer(
            options => options with { OutboundHighWaterBytes = 100 },
            listener => listener.Handle(c => (0, start), (n, message, c) =>
            {
                Outgoing.Pull(Produce()).Subscribe(c.Outbound);
                return Next.Continue(n);
            }).Probe(),
            windowBytes: 50);
        server.Connect();
        start.OnNext(new UserMessage<int>(1));
        server.Settle();
        Assert.That(produced, Is.InRange(100, 200));
    }

    private VirtualServer Start(Func<IListener, IObservable<ConnectionClosed>> handle, Func<ServerOptions, ServerOptions>? options = null) =>
        new(
            defaults => (options?.Invoke(defaults) ?? defaults) with { LoggerFactory = _log },
            listener => _closed = handle(listener).Probe());

    private static byte[] Of(string text) => Encoding.Latin1.GetBytes(text);

    private static string Text(Message message) => Encoding.Latin1.GetString(((Packet)message).Data.Span);

    private static void Say(VirtualServer server, TransportPeer peer, string text)
    {
        _ = peer.SendAsync(Of(text));
        server.Settle();
    }
}
