using NUnit.Framework;
using RxGlisten.Demos.KeyValue;
using RxGlisten.Spec.Demos.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Demos;

/// <summary>The key-value server as its clients see it, in virtual time. They speak in lines.</summary>
public sealed class KeyValueServerSpec
{
    private KeyValueServer _keyValue = null!;
    private VirtualServer _server = null!;
    private readonly List<ConnectionClosed> _ended = [];

    [SetUp]
    public void Start()
    {
        _ended.Clear();
        _server = new VirtualServer(
            options =>
            {
                _keyValue = new KeyValueServer(options.Scheduler) { CountConnections = () => _server.Listener.Connections.Count };
                return options;
            },
            listener => listener.Serve(_keyValue.Serve).Subscribe(_ended.Add));
    }

    [TestCase("PING", "+PONG")]
    [TestCase("PING hi", "$2 hi")]
    [TestCase("ping a b", "-ERR wrong number of arguments for 'ping' command")]
    [TestCase("ECHO \"a b\"", "$3 a b")]
    [TestCase("GET a", "$-1")]
    [TestCase("SET a 1;GET a", "+OK $1 1")]
    [TestCase("SET a 1;SET a 2 NX;GET a", "+OK $-1 $1 1")]
    [TestCase("SET a 1 XX;SET a 1 NX;SET a 2 xx get", "$-1 +OK $1 1")]
    [TestCase("SET a 1 NX GET;SET a 2 NX GET;GET a", "$-1 $1 1 $1 1")]
    [TestCase("SET a 1 NX XX", "-ERR syntax error")]
    [TestCase("SET a 1 EX", "-ERR syntax error")]
    [TestCase("SET a 1 EX x", "-ERR value is not an integer or out of range")]
    [TestCase("SET a 1 PX 0", "-ERR invalid expire time in 'set' command")]
    [TestCase("SET a 1 EX 9223372036854775807", "-ERR invalid expire time in 'set' command")]
    [TestCase("SET a 1 EX 10;TTL a;SET a 2 KEEPTTL;TTL a;SET a 3;TTL a", "+OK :10 +OK :10 +OK :-1")]
    [TestCase("TTL a;EXPIRE a 5;SET a 1;EXPIRE a 5;TTL a;EXPIRE a -1;EXISTS a", ":-2 :0 +OK :1 :5 :1 :0")]
    [TestCase("MSET a 1 b 2;MGET a b c;MSET a", "+OK *3 $1 1 $1 2 $-1 -ERR wrong number of arguments for 'mset' command")]
    [TestCase("MSET a 1 b", "-ERR wrong number of arguments for 'mset' command")]
    [TestCase("INCR n;INCR n;DECR n;INCRBY n -10;GET n", ":1 :2 :1 :-9 $2 -9")]
    [TestCase("SET n x;INCR n;INCRBY n y", "+OK -ERR value is not an integer or out of range -ERR value is not an integer or out of range")]
    [TestCase("SET n 9223372036854775807;INCR n;DECR n", "+OK -ERR increment or decrement would overflow :9223372036854775806")]
    [TestCase("SET n -9223372036854775808;DECR n;INCRBY n 0", "+OK -ERR increment or decrement would overflow :-9223372036854775808")]
    [TestCase("MSET a 1 b 2 c 3;DEL a b x;EXISTS a c c;DBSIZE;FLUSHALL;DBSIZE", "+OK :2 :2 :1 +OK :0")]
    [TestCase("MSET aa 1 ab 2 b 3;DEL aa;KEYS a*", "+OK :1 *1 $2 ab")]
    [TestCase("SELECT 0;SELECT 1;SELECT x", "+OK -ERR DB index is out of range -ERR value is not an integer or out of range")]
    [TestCase("CONFIG GET [as]*", "*4 $10 appendonly $2 no $4 save $0")]
    [TestCase("HELLO 4", "-NOPROTO unsupported protocol version")]
    [TestCase("HELLO x;HELLO +3;HELLO 03", "-ERR Protocol version is not an integer or out of range -ERR Protocol version is not an integer or out of range -ERR Protocol version is not an integer or out of range")]
    [TestCase("HELLO 3 AUTH bob x;GET a", "-WRONGPASS invalid username-password pair or user is disabled. $-1")]
    [TestCase("HELLO 3 AUTH default;GET a", "-ERR Syntax error in HELLO option 'AUTH' $-1")]
    [TestCase("HELLO 3 AUTH default x SETNAME y;GET a", "%7 $6 server $9 rxglisten $7 version $5 7.0.0 $5 proto :3 $2 id :* $4 mode $10 standalone $4 role $6 master $7 modules *0 _")]
    [TestCase("SET a +5;INCR a;SET a 007;INCR a;SET a -0;INCR a", "+OK -ERR value is not an integer or out of range +OK -ERR value is not an integer or out of range +OK -ERR value is not an integer or out of range")]
    [TestCase("INCRBY a 05;INCRBY a +5;INCRBY a -;INCRBY a 0;EXPIRE a +5", "-ERR value is not an integer or out of range -ERR value is not an integer or out of range -ERR value is not an integer or out of range :0 -ERR value is not an integer or out of range")]
    [TestCase("HELLO 3 SETNAME x;GET a;CONFIG GET save", "%7 $6 server $9 rxglisten $7 version $5 7.0.0 $5 proto :3 $2 id :* $4 mode $10 standalone $4 role $6 master $7 modules *0 _ %1 $4 save $0")]
    [TestCase("COMMAND DOCS", "*0")]
    [TestCase("\"no\\r\\nsuch\"", "-ERR unknown command 'no such'")]
    [TestCase("QUIT;PING", "+OK")]
    [TestCase("PUBLISH c m", ":0")]
    public void Commands_have_their_replies(string commands, string replies)
    {
        var client = new LineClient(_server);
        client.Say([.. commands.Split(';')]);
        Assert.That(client.Heard.Replace($":{_server.Listener.Connections.FirstOrDefault()?.Id}", ":*", StringComparison.Ordinal), Is.EqualTo(replies));
    }

    [Test]
    public void Every_command_in_the_table_is_described()
    {
        var client = new LineClient(_server);
        client.Say("COMMAND");
        Assert.That(client.Heard, Does.StartWith($"*{CommandTable.All.Count} ").And.Contain("*6 $4 mset :-3 *0 :1 :-1 :2"));
        client.Say("COMMAND COUNT");
        Assert.That(client.Heard, Is.EqualTo($":{CommandTable.All.Count}"));
    }

    [Test]
    public void A_key_expires_on_the_servers_clock_and_is_swept_though_nobody_asks()
    {
        using var sweep = _keyValue.Sweep().Subscribe();
        var client = new LineClient(_server);
        client.Say("SET a 1 PX 1500", "SET b 1 EX 5", "SET c 1");
        Assert.That(client.Heard, Is.EqualTo("+OK +OK +OK"));
        _server.Advance(TimeSpan.FromMilliseconds(1400));
        Assert.That(_keyValue.Store.Count, Is.EqualTo(3));
        client.Say("GET a", "TTL b");
        Assert.That(client.Heard, Is.EqualTo("$1 1 :4"));
        _server.Advance(TimeSpan.FromMilliseconds(300));
        Assert.That(_keyValue.Store, Has.Property(nameof(Store.Count)).EqualTo(2).And.Property(nameof(Store.ExpiringCount)).EqualTo(1));
        _server.Advance(TimeSpan.FromSeconds(10));
        Assert.That(_keyValue.Store.Count, Is.EqualTo(1));
    }

    [Test]
    public void However_many_keys_expire_at_once_they_are_gone_with_the_next_sweep()
    {
        using var sweep = _keyValue.Sweep().Subscribe();
        for (var i = 0; i < 50_000; i++)
            _keyValue.Store.Expire(_keyValue.Store.Set(BitConverter.GetBytes(i), [1]), _keyValue.Store.Now + TimeSpan.FromMilliseconds(150));
        _server.Advance(TimeSpan.FromMilliseconds(100));
        Assert.That(_keyValue.Store.Count, Is.EqualTo(50_000));
        _server.Advance(TimeSpan.FromMilliseconds(100));
        Assert.That((_keyValue.Store.Count, _keyValue.Store.ExpiringCount), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Info_tells_of_the_server_its_clients_and_its_keys()
    {
        var client = new LineClient(_server);
        client.Say("MSET a 1 b 2", "EXPIRE a 100", "PING");
        Assert.That(client.Heard, Is.EqualTo("+OK :1 +PONG"));
        _server.Advance(TimeSpan.FromSeconds(65));
        client.Say("INFO");
        var lines = client.Heard.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Does.Contain("redis_version:7.0.0").And.Contain("server_name:rxglisten").And.Contain($"process_id:{Environment.ProcessId}"));
        Assert.That(lines, Does.Contain("uptime_in_seconds:65").And.Contain("connected_clients:1").And.Contain("db0:keys=2,expires=1"));
        Assert.That(long.Parse(lines.Single(line => line.StartsWith("used_memory:", StringComparison.Ordinal))["used_memory:".Length..], System.Globalization.CultureInfo.InvariantCulture), Is.Positive);
    }

    [Test]
    public void Bytes_that_are_no_command_are_answered_and_end_their_connection_alone()
    {
        var (wrong, other) = (new LineClient(_server), new LineClient(_server));
        wrong.Say("PING", "*1", "x", "PING");
        Assert.That(wrong.Heard, Is.EqualTo("+PONG -ERR Protocol error: expected '$', got 'x'"));
        wrong.Finish();
        Assert.That(_ended.Select(ended => ended.Reason.Kind), Is.EqualTo(new[] { CloseKind.ProtocolError }));
        other.Say("PING");
        Assert.That(other.Heard, Is.EqualTo("+PONG"));
    }

    [Test]
    public void All_replies_of_one_packet_are_one_send()
    {
        var client = new LineClient(_server);
        client.Say([.. Enumerable.Repeat("PING", 100)]);
        Assert.That(client.Take(), Is.EqualTo(string.Concat(Enumerable.Repeat("+PONG\r\n", 100))));
    }

    [Test]
    public void Messages_reach_the_subscribers_of_their_channel_in_the_protocol_of_each()
    {
        var (two, three, other, speaker) = (new LineClient(_server), new LineClient(_server), new LineClient(_server), new LineClient(_server));
        two.Say("SUBSCRIBE c d c");
        Assert.That(two.Heard, Is.EqualTo("*3 $9 subscribe $1 c :1 *3 $9 subscribe $1 d :2 *3 $9 subscribe $1 c :2"));
        three.Say("HELLO 3");
        Assert.That(three.Heard, Does.StartWith("%7"));
        three.Say("SUBSCRIBE c", "GET a");
        Assert.That(three.Heard, Is.EqualTo(">3 $9 subscribe $1 c :1 _"));
        other.Say("SUBSCRIBE x");
        Assert.That(other.Heard, Is.Not.Empty);
        speaker.Say("PUBLISH c hello", "PUBLISH d 2");
        Assert.That(speaker.Heard, Is.EqualTo(":2 :1"));
        Assert.That(two.Heard, Is.EqualTo("*3 $7 message $1 c $5 hello *3 $7 message $1 d $1 2"));
        Assert.That((three.Heard, other.Heard), Is.EqualTo((">3 $7 message $1 c $5 hello", "")));
    }

    [Test]
    public void Who_changes_the_protocol_while_subscribed_gets_messages_in_the_new_one()
    {
        var (reader, speaker) = (new LineClient(_server), new LineClient(_server));
        reader.Say("HELLO 3", "SUBSCRIBE c d", "HELLO 2");
        Assert.That(reader.Heard, Does.Contain(" *14 $6 server ").And.Contain(" $5 proto :2 ").And.EndsWith(" $7 modules *0"));
        speaker.Say("PUBLISH c hello", "PUBLISH d 2");
        Assert.That((speaker.Heard, reader.Heard), Is.EqualTo((":1 :1", "*3 $7 message $1 c $5 hello *3 $7 message $1 d $1 2")));
        reader.Say("UNSUBSCRIBE d", "UNSUBSCRIBE", "HELLO 3", "SUBSCRIBE c");
        Assert.That(reader.Heard, Does.StartWith("*3 $11 unsubscribe $1 d :1 *3 $11 unsubscribe $1 c :0 %7").And.EndsWith(">3 $9 subscribe $1 c :1"));
        speaker.Say("PUBLISH c again", "PUBLISH d 3");
        Assert.That((speaker.Heard, reader.Heard), Is.EqualTo((":1 :0", ">3 $7 message $1 c $5 again")));
    }

    [Test]
    public void Who_unsubscribes_or_is_gone_is_counted_no_more()
    {
        var (first, second, speaker) = (new LineClient(_server), new LineClient(_server), new LineClient(_server));
        first.Say("SUBSCRIBE c d");
        second.Say("SUBSCRIBE c");
        first.Say("GET a", "PING", "UNSUBSCRIBE c x", "UNSUBSCRIBE", "UNSUBSCRIBE", "GET a");
        Assert.That(first.Heard, Does.EndWith(
            " -ERR Can't execute 'get': only SUBSCRIBE / UNSUBSCRIBE / PING / QUIT are allowed in this context *2 $4 pong $0 " +
            " *3 $11 unsubscribe $1 c :1 *3 $11 unsubscribe $1 x :1 *3 $11 unsubscribe $1 d :0 *3 $11 unsubscribe $-1 :0 $-1"));
        speaker.Say("PUBLISH c m");
        second.Finish();
        speaker.Say("PUBLISH c m");
        Assert.That(speaker.Heard, Is.EqualTo(":1 :0"));
    }

    [Test]
    public void A_server_that_stops_ends_idle_clients_in_an_orderly_way()
    {
        var client = new LineClient(_server);
        client.Say("PING");
        var stopped = _server.Listener.StopAsync(TimeSpan.FromSeconds(5));
        _server.Settle();
        client.Finish();
        Assert.That(client.Heard, Is.EqualTo("+PONG"));
        Assert.That(stopped.IsCompletedSuccessfully && stopped.Result is { Finished: 1, Cut: 0 });
    }
}
