using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Handling.Doubles;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Handling;

/// <summary>How a handler is told of the end, in virtual time.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class HandleEndSpec
{
    private readonly LogRecorder _log = new();
    private readonly HandlerWatch _watch = new();
    private readonly Subject<Message> _user = new();
    private readonly List<(string What, CloseKind Kind)> _order = [];
    private VirtualServer? _server;
    private Probe<ConnectionClosed> _closed = new();

    [TestCase("fin", CloseKind.PeerClosed)]
    [TestCase("reset", CloseKind.PeerReset)]
    [TestCase("stop", CloseKind.LocalClosed)]
    [TestCase("abnormal", CloseKind.HandlerFault)]
    [TestCase("throw", CloseKind.HandlerFault)]
    [TestCase("source", CloseKind.HandlerFault)]
    [TestCase("dispose inside", CloseKind.LocalClosed)]
    [TestCase("dispose", CloseKind.LocalClosed)]
    [TestCase("abort inside", CloseKind.Aborted)]
    [TestCase("abort", CloseKind.Aborted)]
    [TestCase("idle", CloseKind.IdleTimeout)]
    [TestCase("age", CloseKind.MaximumAge)]
    [TestCase("drain", CloseKind.ServerStopping)]
    [TestCase("operator", CloseKind.ServerStopping)]
    public void It_is_told_once_after_the_close_and_before_the_element(string how, CloseKind kind)
    {
        var server = Start(options => options with
        {
            IdleTimeout = how == "idle" ? TimeSpan.FromSeconds(1) : Timeout.InfiniteTimeSpan,
            MaximumAge = how == "age" ? TimeSpan.FromSeconds(1) : Timeout.InfiniteTimeSpan,
        });
        var peer = server.Connect();
        var connection = server.Listener.Connections.Single();
        Say(peer, "hello");
        switch (how)
        {
            case "fin": peer.FinishSending(); break;
            case "reset": peer.Reset(); break;
            case "source": _user.OnError(new InvalidOperationException("planned")); break;
            case "dispose": connection.Dispose(); break;
            case "abort": connection.Abort(); break;
            case "drain": _ = server.Listener.StopAsync(TimeSpan.FromSeconds(2)); break;
            case "operator": _closed.Dispose(); break;
            default: Say(peer, how); break;
        }

        server.Advance(TimeSpan.FromSeconds(10));
        _user.OnNext(new UserMessage<string>("too late"));
        server.Settle();
        Assert.That(
            _order,
            Is.EqualTo(how == "operator" ? [("onClose", kind)] : new[] { ("onClose", kind), ("element", kind) }),
            "a disposed operator tells nobody but the handlers");
        Assert.That((_watch.Closings, _watch.Elements), Is.EqualTo((1, how == "operator" ? 0 : 1)));
    }

    [Test]
    public void What_had_come_before_the_fin_is_handled_first()
    {
        var server = Start(options => options with { ReceiveBufferBytes = 1 });
        var peer = server.Connect();
        Say(peer, "abc", settle: false);
        _user.OnNext(new UserMessage<string>("u"));
        peer.FinishSending();
        server.Settle();
        Assert.That(_watch.Calls, Is.EqualTo(4));
        Assert.That(new VirtualReader(server, peer).All().Text, Has.Length.EqualTo(4), "and answered");
        Assert.That(_closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.PeerClosed));
    }

    [Test]
    public void Bytes_before_a_reset_are_handled_before_the_end_is_told([Values] bool held)
    {
        IDisposable? hold = null;
        var server = Start(
            options => options with { ReceiveBufferBytes = 1 },
            message => hold ??= held ? ((Packet)message).Hold() : null);
        var peer = server.Connect();
        Say(peer, "abc", settle: false);
        peer.Reset();
        server.Settle();
        server.Advance(TimeSpan.FromSeconds(10));
        Assert.That((_watch.Calls, _watch.Closings), Is.EqualTo((3, 1)));
        Assert.That(_order[0], Is.EqualTo(("onClose", CloseKind.PeerReset)));
    }

    [Test]
    public void Messages_that_wait_when_this_side_closes_are_dropped([Values("stop", "throw", "dispose inside", "abort inside")] string how)
    {
        var server = Start(also: message =>
        {
            for (var i = 0; message is Packet && i < 3; i++)
                _user.OnNext(new UserMessage<string>("dropped"));
        });
        var peer = server.Connect();
        Say(peer, how);
        server.Advance(TimeSpan.FromSeconds(10));
        Assert.That((_watch.Calls, _watch.Closings), Is.EqualTo((1, 1)));
    }

    [Test]
    public void A_throw_when_it_is_told_is_logged_and_harms_nobody()
    {
        var server = new VirtualServer(
            options => options with { LoggerFactory = _log },
            listener => _closed = listener
                .Handle(c => 0, (n, message, c) => Next.Stop(), (n, ended) => throw new InvalidOperationException("as planned")).Probe());
        var (peer, other) = (server.Connect(), server.Connect());
        peer.FinishSending();
        server.Settle();
        Assert.That((_closed.Items.Single().Reason.Kind, server.Listener.Connections.Count), Is.EqualTo((CloseKind.PeerClosed, 1)));
        Assert.That(_log.Entries.Single(), Does.Contain("as planned"));
        other.FinishSending();
        server.Settle();
        Assert.That(_closed.Items, Has.Count.EqualTo(2));
    }

    [Test]
    public void It_completes_when_the_listener_stopped_and_the_last_handler_ended()
    {
        var server = Start();
        var peers = new[] { server.Connect(), server.Connect() };
        var stopped = server.Listener.StopAsync(Timeout.InfiniteTimeSpan);
        foreach (var peer in peers)
        {
            Assert.That(_closed.IsEnded, Is.False);
            peer.FinishSending();
            server.Settle();
        }

        Assert.That((_closed.Items.Count, _closed.IsEnded, stopped.IsCompleted), Is.EqualTo((2, true, true)));
    }

    [Test]
    public void A_reset_told_as_an_error_is_no_fault_of_the_handler()
    {
        var server = Start(options => options with { AbnormalClosure = AbnormalClosure.Error });
        server.Connect().Reset();
        server.Settle();
        Assert.That((_closed.Items.Single().Reason.Kind, _log.Entries.Count), Is.EqualTo((CloseKind.PeerReset, 0)));
    }

    [Test]
    public void Handled_connections_are_never_unclaimed()
    {
        var server = Start();
        server.Connect();
        server.Advance(TimeSpan.FromSeconds(1000));
        Assert.That(_closed.Items, Is.Empty);
    }

    [Test]
    public async Task A_connection_of_another_make_is_handled_as_well()
    {
        var connection = new HandmadeConnection();
        var told = new List<string>();
        var closings = new List<CloseKind>();
        var ended = Observable.Return<IConnection>(connection).Concat(Observable.Never<IConnection>()).Handle(
            c => (0, (IObservable<Message>)_user),
            (n, message, c) =>
            {
                told.Add(message.ToString()!);
                return n == 1 ? Next.Stop() : Next.Continue(n + 1);
            },
            (n, end) => closings.Add(end.Reason.Kind)).Probe();
        connection.Packets.OnNext(new Packet("abc"u8.ToArray()));
        connection.Packets.OnNext(new Packet("de"u8.ToArray()));
        connection.Packets.OnNext(new Packet("f"u8.ToArray()));
        Assert.That(told, Is.EqualTo(new[] { "Packet(3 bytes)", "Packet(2 bytes)" }));
        await ended.CountAsync(1);
        Assert.That((closings.Single(), connection.Packets.HasObservers, _user.HasObservers), Is.EqualTo((CloseKind.LocalClosed, false, false)));
    }

    [Test]
    public async Task A_connection_that_closes_while_init_runs_is_told_to_onClose_with_the_state_that_init_gave()
    {
        SynchronizationContext.SetSynchronizationContext(null); // so that whoever waits for Closed is told inside the call that closes
        var order = new List<string>();
        var connections = Observable.Return<IConnection>(new HandmadeConnection());
        await connections.Handle(
            c =>
            {
                c.Abort();
                for (var i = 0; i < 100; i++)
                    Task.Run(static () => { }).Wait(); // whatever the end set off on other threads has its chance to be too early
                return "state";
            },
            (state, _, _) => Next.Continue(state),
            (state, _) => order.Add($"onClose({state})")).Probe(_ => order.Add("element")).EndAsync();
        Assert.That(order, Is.EqualTo(new[] { "onClose(state)", "element" }));
    }

    private VirtualServer Start(Func<ServerOptions, ServerOptions>? options = null, Action<Message>? also = null)
    {
        var handled = new VirtualServer(
            defaults => (options?.Invoke(defaults) ?? defaults) with { LoggerFactory = _log },
            listener => _closed = _watch.Handle<int>(
                listener,
                c => (0, _user),
                (n, message, c) =>
                {
                    also?.Invoke(message);
                    c.Outbound.OnNext("."u8.ToArray());
                    switch (message is Packet packet ? Encoding.Latin1.GetString(packet.Data.Span) : "")
                    {
                        case "stop": return Next.Stop();
                        case "abnormal": return Next.StopAbnormal("planned");
                        case "throw": throw new InvalidOperationException("planned");
                        case "dispose inside": c.Dispose(); break;
                        case "abort inside": c.Abort(); break;
                    }

                    return Next.Continue(n + 1);
                },
                (n, ended) =>
                {
                    _order.Add((_server!.Listener.Connections.Contains(ended.Connection) ? "too early" : "onClose", ended.Reason.Kind));
                }).Probe(ended => _order.Add(("element", ended.Reason.Kind))));
        return _server = handled;
    }

    private void Say(TransportPeer peer, string text, bool settle = true)
    {
        _ = peer.SendAsync(Encoding.Latin1.GetBytes(text));
        if (settle)
            _server!.Settle();
    }
}
