using System.Reactive.Linq;
using System.Runtime.CompilerServices;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Handling.Groups;

/// <summary>Broadcast to the members of a group, in virtual time.</summary>
public sealed class ConnectionGroupSpec
{
    [Test]
    public void Members_get_what_the_group_is_given_and_others_do_not()
    {
        var server = new VirtualServer();
        using var room = new ConnectionGroup();
        var (first, second, other) = (Client(server), Client(server), Client(server));
        room.Join(first.Connection);
        using (room.Join(second.Connection))
            room.OnNext("one "u8.ToArray());
        room.OnNext("two "u8.ToArray());
        Assert.That((first.Text, second.Text, other.Text), Is.EqualTo(("one two ", "one ", "")));
    }

    [Test]
    public void A_member_can_be_left_out()
    {
        var server = new VirtualServer();
        using var room = new ConnectionGroup();
        var (first, second) = (Client(server), Client(server));
        room.Join(first.Connection);
        room.Join(second.Connection);
        room.Except(first.Connection).OnNext("hello"u8.ToArray());
        Assert.That((first.Text, second.Text), Is.EqualTo(("", "hello")));
    }

    [Test]
    public void A_value_is_encoded_once_for_all()
    {
        var server = new VirtualServer();
        using var room = new ConnectionGroup();
        var clients = Enumerable.Range(0, 5).Select(_ => Client(server)).ToArray();
        foreach (var client in clients)
            room.Join(client.Connection);
        int encoded = 0;
        var numbers = room.Encode<int>(number => Encoding.UTF8.GetBytes($"{number} ({++encoded}) "));
        numbers.OnNext(7);
        numbers.OnNext(8);
        Assert.That(clients.Select(client => client.Text), Is.All.EqualTo("7 (1) 8 (2) "));
    }

    [Test]
    public void Everybody_hears_everybody_in_a_room_that_is_served()
    {
        using var room = new ConnectionGroup();
        var server = new VirtualServer(serve: listener => listener
            .Serve(c => Observable.Using(() => room.Join(c), _ => c.Inbound.Bytes().Do(room).IgnoreElements())).Subscribe());
        var (ann, bob) = (server.Connect(), server.Connect());
        var (annReads, bobReads) = (new VirtualReader(server, ann), new VirtualReader(server, bob));
        Assert.That(ann.SendAsync("hi "u8.ToArray()).IsCompleted);
        server.Settle();
        ann.FinishSending(); // her end is not the room's
        server.Settle();
        Assert.That(bob.SendAsync("ho "u8.ToArray()).IsCompleted);
        server.Settle();
        Assert.That((annReads.All().Text, bobReads.All().Text), Is.EqualTo(("hi ", "hi ho ")));
        Assert.That(room.Members, Has.Count.EqualTo(1));
    }

    [Test]
    public void Who_joins_twice_is_a_member_once_until_both_are_disposed()
    {
        var server = new VirtualServer();
        using var room = new ConnectionGroup();
        var client = Client(server);
        var count = room.Count.Probe();
        var (once, again) = (room.Join(client.Connection), room.Join(client.Connection));
        room.OnNext("a"u8.ToArray());
        once.Dispose();
        once.Dispose();
        room.OnNext("b"u8.ToArray());
        again.Dispose();
        room.OnNext("c"u8.ToArray());
        Assert.That(client.Text, Is.EqualTo("ab"));
        Assert.That(count.Items, Is.EqualTo(new[] { 0, 1, 0 }));
    }

    [Test]
    public void A_greeting_is_sent_to_who_joins_alone_and_each_time()
    {
        var server = new VirtualServer();
        using var room = new ConnectionGroup();
        var (first, second) = (Client(server), Client(server));
        room.Join(first.Connection);
        using (room.Join(second.Connection, "hi "u8.ToArray()))
            room.OnNext("one "u8.ToArray());
        room.Join(second.Connection, "again "u8.ToArray());
        room.OnNext("two "u8.ToArray());
        Assert.That((first.Text, second.Text), Is.EqualTo(("one two ", "hi one again two ")));
    }

    [Test]
    public async Task Between_a_greeting_and_the_first_message_none_is_missing_and_after_leaving_none_comes()
    {
        using var reach = Reach.TcpV4();
        await using var server = new TestServer(reach);
        using var room = new ConnectionGroup(new GroupOptions { LimitBytes = long.MaxValue });
        var (connection, peer) = await server.PairAsync();
        var reading = peer.ReadToEndAsync();
        int said = 0;
        using var over = new CancellationTokenSource();
        var speaking = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                room.OnNext(BitConverter.GetBytes(said));
                Volatile.Write(ref said, said + 1);
            }
        });
        var stays = new List<(int Before, int After)>();
        for (int i = 0; i < 300; i++)
        {
            int before = Volatile.Read(ref said);
            var membership = room.Join(connection, BitConverter.GetBytes(-1));
            await connection.Outbound.FlushAsync().Soon();
            membership.Dispose();
            stays.Add((before, Volatile.Read(ref said)));
            connection.Outbound.OnNext(BitConverter.GetBytes(-2));
            await connection.Outbound.FlushAsync().Soon();
        }

        await over.CancelAsync();
        await speaking.Soon();
        connection.Dispose();
        int[] heard = [.. (await reading.Soon()).Bytes.Chunk(4).Select(number => BitConverter.ToInt32(number))];
        int stay = 0;
        for (int at = 0; at < heard.Length; stay++)
        {
            Assert.That(heard[at++], Is.EqualTo(-1), "a stay begins with its greeting, and nothing came after the last");
            int first = heard[at];
            for (int expected = first; heard[at] != -2; at++)
                Assert.That(heard[at], Is.EqualTo(expected++), "no message is missing");
            Assert.That(first == -2 || (first >= stays[stay].Before && heard[at - 1] <= stays[stay].After), "each within its stay");
            at++;
        }

        Assert.That(stay, Is.EqualTo(300));
    }

    [Test]
    public void A_connection_that_closes_leaves_and_the_reason_is_told()
    {
        var server = new VirtualServer();
        using var room = new ConnectionGroup();
        var (first, second) = (Client(server), Client(server));
        room.Join(first.Connection);
        var changes = room.Changes.Probe();
        room.Join(second.Connection);
        first.Connection.Abort();
        server.Settle();
        Assert.That(changes.Items.Select(change => (change.Kind, change.Connection, change.Reason?.Kind)), Is.EqualTo(new[]
        {
            (GroupChangeKind.Joined, first.Connection, (CloseKind?)null),
            (GroupChangeKind.Joined, second.Connection, null),
            (GroupChangeKind.Left, first.Connection, CloseKind.Aborted),
        }));
        Assert.That(room.Members, Is.EqualTo(new[] { second.Connection }));
    }

    [Test]
    public void A_connection_that_is_closed_already_leaves_at_once()
    {
        var server = new VirtualServer();
        using var room = new ConnectionGroup();
        var client = Client(server);
        client.Connection.Abort();
        server.Settle();
        var count = room.Count.Probe();
        room.Join(client.Connection);
        server.Settle();
        Assert.That(count.Items, Is.EqualTo(new[] { 0, 1, 0 }));
    }

    [Test]
    public void A_member_that_left_keeps_nothing_of_the_group([Values] bool byDisposingTheGroup)
    {
        var server = new VirtualServer();
        var client = Client(server);
        var weak = JoinAndLeave(client.Connection, byDisposingTheGroup);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.That(weak.IsAlive, Is.False);
        GC.KeepAlive(client);
    }

    [Test]
    public void A_stalled_member_falls_to_the_policy_and_holds_up_nobody()
    {
        var server = new VirtualServer(options => options with { OutboundHighWaterBytes = 100 }, windowBytes: 100);
        using var room = new ConnectionGroup(new GroupOptions { LimitBytes = 200 });
        var (stalled, reading) = (Client(server), Client(server));
        var changes = room.Changes.Probe();
        room.Join(stalled.Connection);
        room.Join(reading.Connection);
        for (int i = 0; i < 20; i++)
        {
            room.OnNext(Enumerable.Repeat((byte)('a' + i), 50).ToArray());
            reading.Take();
        }

        server.Settle();
        Assert.That(stalled.Connection.Closed.Result.Kind, Is.EqualTo(CloseKind.SlowConsumer));
        Assert.That(stalled.Connection.Closed.Result.Detail, Does.Contain("LimitBytes"));
        Assert.That(changes.Items[^1].Reason?.Kind, Is.EqualTo(CloseKind.SlowConsumer));
        Assert.That(reading.Text, Is.EqualTo(string.Concat(Enumerable.Range(0, 20).Select(i => new string((char)('a' + i), 50)))));
    }

    [Test]
    public void Of_five_thousand_the_stalled_hundredth_is_cut_and_the_others_see_every_message_in_order()
    {
        const int Members = 5000, Messages = 40, MessageBytes = 20;
        var server = new VirtualServer(options => options with { OutboundHighWaterBytes = 100 }, windowBytes: 200);
        using var room = new ConnectionGroup(new GroupOptions { LimitBytes = 200 });
        var clients = Enumerable.Range(0, Members).Select(_ => Client(server)).ToArray();
        foreach (var client in clients) room.Join(client.Connection);
        for (int i = 0; i < Messages; i++)
        {
            room.OnNext(Message(i));
            for (int member = 0; member < Members; member++)
            {
                if (member % 100 != 0) clients[member].Take();
            }
        }

        server.Settle();
        string all = string.Concat(Enumerable.Range(0, Messages).Select(i => Encoding.Latin1.GetString(Message(i))));
        Assert.That(clients.Where((_, member) => member % 100 != 0).Select(client => client.Read), Is.All.EqualTo(all));
        Assert.That(clients.Where((_, member) => member % 100 == 0).Select(client => client.Connection.Closed.Result.Kind), Is.All.EqualTo(CloseKind.SlowConsumer));
        Assert.That(room.Members, Has.Count.EqualTo(Members - (Members / 100)));

        static byte[] Message(int number) => Encoding.Latin1.GetBytes($"{number}".PadRight(MessageBytes));
    }

    [Test]
    public void A_dropping_group_leaves_whole_messages_out_for_the_slow_alone()
    {
        var server = new VirtualServer(
            options => options with { OutboundHighWaterBytes = 100, DropsAreWholeMessages = true }, windowBytes: 100);
        using var room = new ConnectionGroup(new GroupOptions { LimitBytes = 200, SlowConsumerPolicy = SlowConsumerPolicy.DropOldest });
        var slow = Client(server);
        room.Join(slow.Connection);
        for (int i = 0; i < 20; i++) room.OnNext(Enumerable.Repeat((byte)('a' + i), 50).ToArray());
        Assert.That(slow.Text.Chunk(50).Select(message => message.Distinct().Single()), Is.EqualTo("abcrst"), "two had left, a send of the third is under way, the others are the newest");
        Assert.That(slow.Connection.Closed.IsCompleted, Is.False);
    }

    [Test]
    public void A_dropping_group_refuses_connections_whose_messages_do_not_stand_alone()
    {
        var server = new VirtualServer();
        using var room = new ConnectionGroup(new GroupOptions { SlowConsumerPolicy = SlowConsumerPolicy.DropNewest });
        var client = Client(server);
        Assert.That(() => room.Join(client.Connection), Throws.InvalidOperationException.With.Message.Contains("DropsAreWholeMessages"));
        Assert.That(room.Members, Is.Empty);
    }

    [Test]
    public void A_disposed_group_is_left_by_all_and_its_sequences_complete()
    {
        var server = new VirtualServer();
        var room = new ConnectionGroup();
        var client = Client(server);
        room.Join(client.Connection);
        var (changes, count) = (room.Changes.Probe(), room.Count.Probe());
        room.Dispose();
        room.Dispose();
        room.OnNext("too late"u8.ToArray());
        Assert.That(changes.IsEnded && count.IsEnded && room.Count.Probe().IsEnded);
        Assert.That(count.Items, Is.EqualTo(new[] { 1, 0 }));
        Assert.That((client.Text, client.Connection.Closed.IsCompleted), Is.EqualTo(("", false)));
        Assert.That(() => room.Join(client.Connection), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void An_observer_that_throws_is_logged_and_told_nothing_more()
    {
        var log = new LogRecorder();
        var server = new VirtualServer();
        using var room = new ConnectionGroup(new GroupOptions { LoggerFactory = log });
        int told = 0;
        room.Count.Subscribe(_ =>
        {
            if (++told == 2) throw new InvalidOperationException("Meant to be.");
        });
        var other = room.Count.Probe();
        foreach (var client in Enumerable.Range(0, 3).Select(_ => Client(server)).ToArray()) room.Join(client.Connection);
        Assert.That(told, Is.EqualTo(2));
        Assert.That(other.Items, Is.EqualTo(new[] { 0, 1, 2, 3 }));
        Assert.That(log.Entries, Has.One.Contains("Meant to be."));
    }

    [Test]
    public void An_observer_that_joins_and_leaves_inside_its_call_sees_changes_one_at_a_time_and_in_order()
    {
        var server = new VirtualServer();
        using var room = new ConnectionGroup();
        var (first, second) = (Client(server), Client(server));
        IDisposable? membership = null;
        var changes = room.Changes.Probe(change =>
        {
            if (change.Connection != first.Connection) return;
            if (change.Kind == GroupChangeKind.Joined) membership = room.Join(second.Connection);
            else membership?.Dispose();
        });
        room.Join(first.Connection).Dispose();
        Assert.That(changes.Items.Select(change => (change.Kind, change.Connection == first.Connection)), Is.EqualTo(new[]
        {
            (GroupChangeKind.Joined, true), (GroupChangeKind.Joined, false), (GroupChangeKind.Left, true), (GroupChangeKind.Left, false),
        }));
    }

    [Test]
    public async Task Concurrent_broadcasts_reach_all_members_in_one_order()
    {
        const int Senders = 4, Messages = 500, Members = 8;
        using var reach = Reach.TcpV4();
        await using var server = new TestServer(reach);
        using var room = new ConnectionGroup();
        var clients = new List<Task<byte[]>>();
        for (int i = 0; i < Members; i++)
        {
            var (connection, peer) = await server.PairAsync();
            room.Join(connection);
            clients.Add(peer.ReadExactlyAsync(Senders * Messages * 2));
        }

        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            for (int i = 0; i < Messages; i++) room.OnNext(new[] { (byte)sender, (byte)i });
        }))).Soon();
        byte[][] received = await Task.WhenAll(clients).Soon();
        Assert.That(received, Is.All.EqualTo(received[0]));
        foreach (var ofSender in received[0].Chunk(2).GroupBy(message => message[0]))
            Assert.That(ofSender.Select(message => message[1]), Is.EqualTo(Enumerable.Range(0, Messages).Select(i => (byte)i)));
    }

    [Test]
    public void A_limit_out_of_its_range_is_named() =>
        Assert.That(() => new ConnectionGroup(new GroupOptions { LimitBytes = 0 }), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("LimitBytes"));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference JoinAndLeave(IConnection connection, bool byDisposingTheGroup)
    {
        var room = new ConnectionGroup();
        var membership = room.Join(connection);
        (byDisposingTheGroup ? room : membership).Dispose();
        return new WeakReference(room);
    }

    private static GroupClient Client(VirtualServer server) => new(server);
}
