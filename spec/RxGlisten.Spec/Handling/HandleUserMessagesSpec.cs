using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Handling.Doubles;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Handling;

/// <summary>Messages of the program's own, in virtual time: they arrive, in order, one at a time, never inside another call, and not without bound.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class HandleUserMessagesSpec
{
    private readonly LogRecorder _log = new();
    private readonly HandlerWatch _watch = new();
    private readonly Subject<Message> _first = new();
    private readonly Subject<Message> _second = new();
    private readonly List<string> _told = [];
    private Probe<ConnectionClosed> _closed = new();

    [Test]
    public void Those_given_at_the_start_arrive_also_where_they_are_there_at_once()
    {
        var server = Start((n, message, c) => Note(n, message), _ => new Message[] { User("a"), User("b") }.ToObservable().Concat(_first));
        var peer = server.Connect();
        _first.OnNext(User("c"));
        Say(server, peer, "d");
        _first.OnNext(User("e"));
        server.Settle();
        Assert.That(_told, Is.EqualTo(new[] { "0 a", "1 b", "2 c", "3 d", "4 e" }));
    }

    [Test]
    public void A_timer_ticks_in_the_handlers_time()
    {
        var server = Start(
            (n, message, c) => Note(n, message),
            c => Observable.Interval(TimeSpan.FromSeconds(1), ((Connection)c).Settings.Options.Scheduler).Select(_ => User("tick")));
        server.Connect();
        server.Advance(TimeSpan.FromSeconds(3));
        server.Settle();
        Assert.That(_told, Is.EqualTo(new[] { "0 tick", "1 tick", "2 tick" }));
    }

    [Test]
    public void One_that_the_loop_itself_sets_off_comes_after_the_call_and_after_those_that_waited()
    {
        var server = Start((n, message, c) =>
        {
            var next = Note(n, message);
            if (message is Packet)
            {
                _first.OnNext(User("a"));
                _first.OnNext(User("b"));
                _told.Add("returns");
            }

            return next;
        }, _ => _first);
        var peer = server.Connect();
        Say(server, peer, "p");
        Assert.That(_told, Is.EqualTo(new[] { "0 p", "returns", "1 a", "2 b" }));
        Assert.That(_watch.Calls, Is.EqualTo(3));
    }

    [Test]
    public void Handlers_that_tell_each_other_are_not_called_inside_each_other()
    {
        var inside = 0;
        var deepest = 0;
        var server = Start((n, message, c) =>
        {
            deepest = Math.Max(deepest, ++inside);
            if (message is Packet)
                _first.OnNext(User("all"));
            inside--;
            return Note(n, message);
        }, _ => _first);
        var peers = Enumerable.Range(0, 5).Select(_ => server.Connect()).ToArray();
        Say(server, peers[0], "p");
        Assert.That((deepest, _told.Count(told => told.EndsWith("all", StringComparison.Ordinal))), Is.EqualTo((1, 5)));
    }

    [Test]
    public void Those_given_with_Next_take_the_place_of_the_ones_before()
    {
        var (firstLeft, secondLeft) = (0, 0);
        var server = Start(
            (n, message, c) => message is Packet ? Note(n, message).WithUser(_second.Finally(() => secondLeft++)) : Note(n, message),
            _ => _first.Finally(() => firstLeft++));
        var peer = server.Connect();
        _first.OnNext(User("a"));
        server.Settle();
        Say(server, peer, "p");
        Assert.That((firstLeft, secondLeft), Is.EqualTo((1, 0)));
        _first.OnNext(User("not any more"));
        _second.OnNext(User("b"));
        server.Settle();
        Assert.That(_told, Is.EqualTo(new[] { "0 a", "1 p", "2 b" }));
        peer.FinishSending();
        server.Settle();
        Assert.That((firstLeft, secondLeft, _first.HasObservers, _second.HasObservers), Is.EqualTo((1, 1, false, false)));
    }

    [Test]
    public void What_the_old_source_had_given_still_arrives()
    {
        var server = Start((n, message, c) =>
        {
            if (message is not Packet)
                return Note(n, message);
            _first.OnNext(User("old"));
            return Note(n, message).WithUser(_second.StartWith(User("new")));
        }, _ => _first);
        var peer = server.Connect();
        Say(server, peer, "p");
        Assert.That(_told, Is.EqualTo(new[] { "0 p", "1 old", "2 new" }));
    }

    [Test]
    public void A_new_source_that_can_not_be_subscribed_ends_the_connection()
    {
        var server = Start(
            (n, message, c) => Note(n, message).WithUser(Observable.Create<Message>(IDisposable (_) => throw new InvalidOperationException("planned"))), _ => null);
        Say(server, server.Connect(), "p");
        server.Advance(TimeSpan.FromSeconds(6));
        Assert.That((_closed.Items.Single().Reason.Kind, _watch.Closings), Is.EqualTo((CloseKind.HandlerFault, 1)));
    }

    [Test]
    public void A_source_that_completes_ends_nothing()
    {
        var server = Start((n, message, c) => Note(n, message), _ => Observable.Return<Message>(User("a")));
        var peer = server.Connect();
        Say(server, peer, "p");
        Assert.That(_told, Is.EqualTo(new[] { "0 a", "1 p" }));
        Assert.That(_closed.Items, Is.Empty);
    }

    [Test]
    public void A_source_that_fails_ends_the_connection_after_what_it_had_given([Values] Rescue rescue)
    {
        var error = new InvalidOperationException("planned");
        var server = Start((n, message, c) => Note(n, message), _ => Observable.Return<Message>(User("a")).Concat(Observable.Throw<Message>(error)), rescue: rescue);
        var peer = server.Connect();
        Say(server, peer, "p");
        peer.FinishSending();
        server.Settle();
        Assert.That(_told, Is.EqualTo(new[] { "0 a" }));
        var reason = _closed.Items.Single().Reason;
        Assert.That((reason.Kind, reason.Error, _watch.Closings), Is.EqualTo((CloseKind.HandlerFault, (Exception)error, 1)));
    }

    [Test]
    public void A_source_that_gives_null_ends_the_connection_and_harms_nobody_else_who_listens_to_it()
    {
        var server = Start((n, message, c) => Note(n, message), _ => _first);
        server.Connect();
        var others = 0;
        using var other = _first.Subscribe(_ => others++);
        _first.OnNext(null!);
        server.Advance(TimeSpan.FromSeconds(6));
        Assert.That((_closed.Items.Single().Reason.Kind, others), Is.EqualTo((CloseKind.HandlerFault, 1)));
    }

    [Test]
    public void Every_source_is_left_at_the_end_whatever_it_is(
        [Values("stop", "throw", "fin", "reset", "dispose", "abort", "operator", "listener", "source")] string how)
    {
        var server = Start((n, message, c) => how == "stop" ? Next.Stop() : throw new InvalidOperationException("planned"), _ => _first);
        var peer = server.Connect();
        Assert.That(_first.HasObservers);
        var connection = server.Listener.Connections.Single();
        switch (how)
        {
            case "stop" or "throw": Say(server, peer, "p"); break;
            case "fin": peer.FinishSending(); break;
            case "reset": peer.Reset(); break;
            case "dispose": connection.Dispose(); break;
            case "abort": connection.Abort(); break;
            case "operator": _closed.Dispose(); break;
            case "listener": _ = server.Listener.StopAsync(TimeSpan.Zero); break;
            default: _first.OnError(new InvalidOperationException("planned")); break;
        }

        server.Settle();
        Assert.That(_first.HasObservers, Is.False);
    }

    [Test]
    public void A_source_given_after_the_end_is_not_even_subscribed()
    {
        var subscribed = 0;
        var server = Start((n, message, c) =>
        {
            _closed.Dispose();
            _first.OnNext(User("late"));
            return Next.Continue(n).WithUser(Observable.Defer(() =>
            {
                subscribed++;
                return _second;
            }));
        }, _ => _first);
        Say(server, server.Connect(), "p");
        Assert.That((subscribed, _watch.Calls), Is.EqualTo((0, 1)));
    }

    [Test]
    public void Past_the_limit_the_policy_decides([Values] UserMessagePolicy policy)
    {
        var server = Start(
            (n, message, c) =>
            {
                for (var i = 0; message is Packet && i < 5; i++)
                    _first.OnNext(User($"{i}"));
                return Note(n, message);
            },
            _ => _first,
            options => options with { UserMessageLimit = 3, UserMessagePolicy = policy });
        var peer = server.Connect();
        Say(server, peer, "p");
        peer.FinishSending();
        server.Settle();
        var expected = policy switch
        {
            UserMessagePolicy.DropNewest => new[] { "0 p", "1 0", "2 1", "3 2" },
            UserMessagePolicy.DropOldest => ["0 p", "1 2", "2 3", "3 4"],
            _ => ["0 p"],
        };
        Assert.That(_told, Is.EqualTo(expected));
        var reason = _closed.Items.Single().Reason;
        Assert.That(reason.Kind, Is.EqualTo(policy == UserMessagePolicy.Disconnect ? CloseKind.HandlerFault : CloseKind.PeerClosed));
        if (policy == UserMessagePolicy.Disconnect)
            Assert.That(reason.Detail, Does.Contain(nameof(ServerOptions.UserMessageLimit)));
    }

    [Test]
    public void A_limit_of_none_is_refused() =>
        Assert.That(
            () => RxServer.Listen("tcp://127.0.0.1:0", new ServerOptions { UserMessageLimit = 0 }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(nameof(ServerOptions.UserMessageLimit)));

    [Test]
    public void They_arrive_while_a_packet_is_on_hold_and_may_release_it()
    {
        IDisposable hold = Disposable.Empty;
        var server = Start((n, message, c) =>
        {
            if (message is Packet packet)
                hold = packet.Hold();
            else
                hold.Dispose();
            return Note(n, message);
        }, _ => _first);
        var peer = server.Connect();
        Say(server, peer, "p");
        Say(server, peer, "q");
        Assert.That(_told, Is.EqualTo(new[] { "0 p" }));
        _first.OnNext(User("go"));
        server.Settle();
        Assert.That(_told, Is.EqualTo(new[] { "0 p", "1 go", "2 q" }));
    }

    private VirtualServer Start(
        Func<int, Message, IConnection, Next<int>> loop,
        Func<IConnection, IObservable<Message>?> messages,
        Func<ServerOptions, ServerOptions>? options = null,
        Rescue rescue = Rescue.Stop) =>
        new(
            defaults => (options?.Invoke(defaults) ?? defaults) with { LoggerFactory = _log },
            listener => _closed = _watch.Handle<int>(listener, c => (0, messages(c)), loop, rescue: rescue).Probe());

    private Next<int> Note(int count, Message message)
    {
        _told.Add($"{count} {(message is Packet packet ? Encoding.Latin1.GetString(packet.Data.Span) : ((UserMessage<string>)message).Value)}");
        return Next.Continue(count + 1);
    }

    private static UserMessage<string> User(string text) => new UserMessage<string>(text);

    private static void Say(VirtualServer server, TransportPeer peer, string text)
    {
        _ = peer.SendAsync(Encoding.Latin1.GetBytes(text));
        server.Settle();
    }
}
