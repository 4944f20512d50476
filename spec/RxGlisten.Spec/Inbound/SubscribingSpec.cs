using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Inbound;

/// <summary>Who is told, in virtual time: one at a time, and how the seat changes hands.</summary>
public sealed class SubscribingSpec
{
    private static byte[] Of(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    [Test]
    public void Subscribe_never_delivers_inside_its_own_call()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        _ = peer.SendAsync(Of("hello"));
        server.Settle();
        var probe = connection.Inbound.Probe();
        Assert.That(probe.Items, Is.Empty);
        server.Settle();
        Assert.That(probe.Text(), Is.EqualTo("hello"));
    }

    [Test]
    public void Nothing_is_delivered_before_a_chain_of_operators_is_complete()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        _ = peer.SendAsync(Of("hello"));
        server.Settle();
        var during = -1;
        Probe<Message>? probe = null;
        var chain = Observable.Create<Message>(observer =>
        {
            var subscription = connection.Inbound.Subscribe(observer);
            server.Settle(); // what another thread may do meanwhile
            during = probe!.Items.Count;
            return subscription;
        }).Take(1); // if it were told now, it could not unsubscribe: it does not have its subscription yet
        probe = new Probe<Message>();
        probe.On(chain);
        Assert.That((during, probe.Items.Count), Is.EqualTo((0, 0)));
        server.Settle();
        Assert.That((probe.Text(), probe.IsEnded), Is.EqualTo(("hello", true)));
    }

    [Test]
    public void Who_comes_on_another_thread_while_the_subscriber_leaves_takes_over([Values] bool leaves)
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var second = new Probe<Message>();
        var first = new Probe<Message>();
        IDisposable? subscription = null;
        subscription = connection.Inbound.Subscribe(packet =>
        {
            first.OnNext(packet);
            if (first.Items.Count > 1)
                return;
            var thread = new Thread(() => second.On(connection.Inbound)); // as one does that was told by Take(1), which leaves after that
            thread.Start();
            thread.Join();
            if (leaves)
                subscription!.Dispose();
        });
        _ = peer.SendAsync(Of("one"));
        server.Settle();
        _ = peer.SendAsync(Of("two"));
        server.Settle();
        Assert.That((first.Text(), second.Text()), Is.EqualTo(leaves ? ("one", "two") : ("onetwo", "")));
        Assert.That(second.Error, leaves ? Is.Null : Is.InstanceOf<InvalidOperationException>());
    }

    [Test]
    public void Subscribe_never_tells_the_end_inside_its_own_call()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        peer.FinishSending();
        var first = connection.Inbound.Probe();
        server.Settle();
        Assert.That(first.IsEnded);
        var late = connection.Inbound.Probe();
        Assert.That(late.IsEnded, Is.False);
        server.Settle();
        Assert.That(late.IsEnded);
        connection.Abort();
        server.Settle();
        var later = connection.Inbound.Probe();
        Assert.That(later.IsEnded, Is.False);
        server.Settle();
        Assert.That(later.IsEnded);
    }

    [Test]
    public void A_second_concurrent_subscriber_gets_an_error_that_names_Publish_and_not_inside_Subscribe()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var first = connection.Inbound.Probe();
        var second = connection.Inbound.Probe();
        Assert.That(second.IsEnded, Is.False);
        server.Settle();
        Assert.That(second.Error, Is.InstanceOf<InvalidOperationException>().With.Message.Contains("Publish()"));
        _ = peer.SendAsync(Of("x"));
        server.Settle();
        Assert.That((first.Text(), first.IsEnded, second.Items.Count), Is.EqualTo(("x", false, 0)));
    }

    [Test]
    public void A_refused_subscriber_that_left_meanwhile_is_told_nothing()
    {
        var server = new VirtualServer();
        var (connection, _) = server.Pair();
        _ = connection.Inbound.Probe();
        var second = connection.Inbound.Probe();
        second.Dispose();
        server.Settle();
        Assert.That(second.IsEnded, Is.False);
    }

    [Test]
    public void A_refused_subscriber_that_throws_ends_its_own_connection_and_nothing_else()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var (other, otherPeer) = server.Pair();
        var healthy = other.Inbound.Probe();
        using var first = connection.Inbound.Subscribe(static _ => { });
        using var second = connection.Inbound.Subscribe(static _ => { }); // Rx throws where nobody takes the error
        peer.FinishSending();
        Assert.That(server.Settle, Throws.Nothing);
        Assert.That(connection.Closed.IsCompleted && connection.Closed.Result.Kind == CloseKind.HandlerFault);
        _ = otherPeer.SendAsync(Of("x"));
        server.Settle();
        Assert.That(healthy.Text(), Is.EqualTo("x"));
    }

    [Test]
    public void A_refused_parked_subscriber_that_throws_ends_its_own_connection()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        using var first = connection.Inbound.Subscribe(_ => connection.Inbound.Subscribe(static _ => { }));
        _ = peer.SendAsync(Of("x"));
        server.Settle();
        peer.FinishSending();
        Assert.That(server.Settle, Throws.Nothing);
        Assert.That(connection.Closed.IsCompleted && connection.Closed.Result.Kind == CloseKind.HandlerFault);
    }

    [Test]
    public void A_query_over_a_first_packet_and_then_the_rest_works()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1 });
        var (connection, peer) = server.Pair();
        var query =
            from hello in connection.Inbound.Take(1)
            from message in connection.Inbound
            select (hello, message);
        var probe = query.Probe();
        _ = peer.SendAsync(Of("abc"));
        peer.FinishSending();
        server.Settle();
        Assert.That(probe.Items.Select(pair => (Letter(pair.hello), Letter(pair.message))), Is.EqualTo(new[] { ('a', 'b'), ('a', 'c') }));
        Assert.That(probe.IsEnded);
    }

    [Test]
    public void Taking_one_again_and_again_loses_nothing()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1 });
        var (connection, peer) = server.Pair();
        var probe = connection.Inbound.Take(1).Repeat(3).Concat(connection.Inbound.Take(2)).Concat(connection.Inbound).Probe();
        _ = peer.SendAsync(Of("abcdefgh"));
        server.Settle();
        peer.FinishSending();
        server.Settle();
        Assert.That((probe.Text(), probe.IsEnded), Is.EqualTo(("abcdefgh", true)));
    }

    [Test]
    public void Parked_inside_OnNext_it_gets_the_error_where_the_current_one_stays()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        Probe<Message>? parked = null;
        var endedInside = true;
        var first = connection.Inbound.Probe(_ =>
        {
            if (parked is not null)
                return;
            parked = connection.Inbound.Probe();
            endedInside = parked.IsEnded;
        });
        _ = peer.SendAsync(Of("a"));
        server.Settle();
        Assert.That(endedInside, Is.False);
        Assert.That(parked!.Error, Is.InstanceOf<InvalidOperationException>().With.Message.Contains("Publish()"));
        _ = peer.SendAsync(Of("b"));
        server.Settle();
        Assert.That((first.Text(), first.IsEnded), Is.EqualTo(("ab", false)));
    }

    [Test]
    public void Of_several_parked_the_first_takes_over_and_the_others_get_the_error()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1 });
        var (connection, peer) = server.Pair();
        List<Probe<Message>> parked = [];
        Probe<Message> first = null!; // set before anything is delivered
        first = connection.Inbound.Probe(_ =>
        {
            for (var i = 0; i < 3; i++)
                parked.Add(connection.Inbound.Probe());
            first.Dispose();
        });
        _ = peer.SendAsync(Of("abc"));
        server.Settle();
        Assert.That((first.Text(), parked[0].Text()), Is.EqualTo(("a", "bc")));
        Assert.That((parked[0].IsEnded, parked[1].Error is InvalidOperationException, parked[2].Error is InvalidOperationException), Is.EqualTo((false, true, true)));
    }

    [Test]
    public void A_parked_one_that_is_disposed_leaves_its_place_to_the_next()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1 });
        var (connection, peer) = server.Pair();
        List<Probe<Message>> parked = [];
        Probe<Message> first = null!; // set before anything is delivered
        first = connection.Inbound.Probe(_ =>
        {
            parked.Add(connection.Inbound.Probe());
            parked.Add(connection.Inbound.Probe());
            parked[0].Dispose();
            first.Dispose();
        });
        _ = peer.SendAsync(Of("abc"));
        server.Settle();
        Assert.That((parked[0].Items.Count, parked[0].IsEnded, parked[1].Text()), Is.EqualTo((0, false, "bc")));
    }

    [Test]
    public void Who_was_parked_first_takes_over_though_another_comes_when_the_seat_is_empty_already()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1 });
        var (connection, peer) = server.Pair();
        Probe<Message>? parked = null, late = null, foreign = null;
        Probe<Message> first = null!; // set before anything is delivered
        first = connection.Inbound.Probe(_ =>
        {
            parked = connection.Inbound.Probe();
            first.Dispose();
            late = connection.Inbound.Probe();
            var thread = new Thread(() => foreign = connection.Inbound.Probe());
            thread.Start();
            thread.Join();
        });
        _ = peer.SendAsync(Of("abc"));
        server.Settle();
        Assert.That((parked?.Text(), parked?.IsEnded), Is.EqualTo(("bc", (bool?)false)));
        Assert.That((late?.Error is InvalidOperationException, foreign?.Error is InvalidOperationException), Is.EqualTo((true, true)));
    }

    [Test]
    public void Subscribed_inside_OnCompleted_it_gets_the_end()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        Probe<Message>? second = null;
        var endedInside = true;
        _ = connection.Inbound.Probe(onEnd: () =>
        {
            second = connection.Inbound.Probe();
            endedInside = second.IsEnded;
        });
        peer.FinishSending();
        server.Settle();
        Assert.That((endedInside, second!.IsEnded, second.Error), Is.EqualTo((false, true, (Exception?)null)));
    }

    [Test]
    public void Leaving_pauses_reading_and_the_next_goes_on_at_the_next_byte()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 2, UnclaimedTimeout = TimeSpan.FromHours(2) });
        var (connection, peer) = server.Pair();
        Probe<Message> first = null!; // set before anything is delivered
        first = connection.Inbound.Probe(_ => first.Dispose());
        _ = peer.SendAsync(Of("abcd"));
        server.Settle();
        server.Advance(TimeSpan.FromHours(1));
        Assert.That((first.Text(), connection.Closed.IsCompleted), Is.EqualTo(("ab", false)));
        var second = connection.Inbound.Probe();
        server.Settle();
        Assert.That(second.Text(), Is.EqualTo("cd"));
    }

    [Test]
    public void Who_left_while_a_read_was_outstanding_leaves_its_bytes_to_the_next()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var first = connection.Inbound.Probe();
        server.Settle();
        first.Dispose();
        _ = peer.SendAsync(Of("ab"));
        server.Settle();
        _ = peer.SendAsync(Of("cd"));
        peer.FinishSending();
        server.Settle();
        var second = connection.Inbound.Probe();
        server.Settle();
        Assert.That((first.Items.Count, second.Text(), second.IsEnded), Is.EqualTo((0, "abcd", true)));
    }

    [Test]
    public void Who_leaves_before_what_waits_is_delivered_leaves_it_to_the_next()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var first = connection.Inbound.Probe();
        server.Settle();
        first.Dispose();
        _ = peer.SendAsync(Of("ab"));
        server.Settle();
        var second = connection.Inbound.Probe();
        second.Dispose();
        server.Settle();
        var third = connection.Inbound.Probe();
        server.Settle();
        Assert.That((first.Items.Count, second.Items.Count, third.Text()), Is.EqualTo((0, 0, "ab")));
    }

    private static char Letter(Message message) => (char)((Packet)message).Data.Span[0];
}
