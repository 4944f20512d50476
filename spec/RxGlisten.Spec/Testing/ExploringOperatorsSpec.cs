using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Testing;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Spec.Testing;

/// <summary>What protocols are built of, frames and groups, under whatever a network can do to it.</summary>
public sealed class ExploringOperatorsSpec
{
    private static readonly byte[] s_hello = "hello\n"u8.ToArray();
    private static readonly byte[] s_welcome = "welcome;"u8.ToArray();

    [Test]
    public void Frames_come_whole_and_in_order_also_those_behind_a_line_of_another_protocol() => Explored.Run(1_000, scenario =>
    {
        var (decode, encode) = scenario.Random.Pick<(Func<IObservable<Bytes>, IObservable<Bytes>> Decode, Func<IObservable<Bytes>, IObservable<Bytes>> Encode)>(
        [
            (b => b.ByteLines(100), f => f.EncodeLines(LineEnding.CrLf)),
            (b => b.Lines(100).Select(line => (Bytes)Encoding.UTF8.GetBytes(line)), f => f.EncodeLines()),
            (b => b.Delimited("--"u8, 100), f => f.EncodeDelimited("--"u8)),
            (b => b.LengthPrefixed(LengthPrefix.UInt16LittleEndian, 100), f => f.EncodeLengthPrefixed(LengthPrefix.UInt16LittleEndian)),
            (b => b.LengthPrefixed(LengthPrefix.VarInt with { CountsItself = true }, 100), f => f.EncodeLengthPrefixed(LengthPrefix.VarInt with { CountsItself = true })),
            (b => b.FixedLength(7), f => f.EncodeFixedLength(7)),
        ]);
        scenario.Observe(scenario.Listen().Serve(c => encode(Session(c.Inbound.Bytes(), decode))), "Serve");
        var client = scenario.Connect();
        var frames = Enumerable.Range(0, scenario.Random.Between(1, 20)).Select(_ => (Bytes)Letters(scenario, 7)).ToArray();
        byte[] wire = [.. s_hello, .. encode(frames.ToObservable()).ToEnumerable().SelectMany(bytes => bytes.ToArray())];
        var at = 0;
        for (var i = 0; i < 4; i++)
        {
            var end = i == 3 ? wire.Length : scenario.Random.Between(at, wire.Length);
            var part = wire[at..end];
            scenario.At(TimeSpan.FromMilliseconds(3 * i), () => client.Send(part));
            at = end;
        }

        scenario.At(TimeSpan.FromMilliseconds(12), client.Finish);
        scenario.Then(() =>
        {
            var expected = wire.AsSpan(s_hello.Length);
            if (!expected.StartsWith(client.ReceivedBytes))
                scenario.Fail($"The frames {Encoding.Latin1.GetString(expected)} came back as {client.ReceivedText}.");
            if (client.End == ClientEnd.Fin && client.SentBytes.Length == wire.Length && client.ReceivedBytes.Length < expected.Length)
                scenario.Fail("Frames are missing.");
        });
    });

    [Test]
    public void A_group_s_members_hear_all_of_it_in_order_from_their_coming_to_their_going() => Explored.Run(1_000, scenario =>
    {
        var said = 0;
        var count = -1;
        var came = new Dictionary<IConnection, int>();
        var left = new Dictionary<IConnection, (int Said, CloseReason? Reason)>();
        var group = new ConnectionGroup(new GroupOptions { LimitBytes = 100 });
        group.Count.Subscribe(now => count = now);
        group.Changes.Where(change => change.Kind == GroupChangeKind.Left).Subscribe(change => left.Add(change.Connection, (said, change.Reason)));
        var listener = scenario.Listen(options => options with { OutboundHighWaterBytes = 50 });
        scenario.Observe(listener.Serve(c => Observable.Using(() => Join(c), _ => scenario.Inbound(c).Do(_ => Say()).Bytes().IgnoreElements())), "Serve");
        SimulatedClient[] clients =
        [
            ExploringPipelinesSpec.Talk(scenario, 20), ExploringPipelinesSpec.Talk(scenario, 20),
            scenario.Connect(new LinkSettings { Latency = TimeSpan.FromMilliseconds(1), WindowBytes = 30 }),
        ];
        for (var i = 0; i < 40; i++)
            scenario.At(TimeSpan.FromMilliseconds(i), Say);
        scenario.At(TimeSpan.FromMilliseconds(60), clients[^1].Finish);
        scenario.Then(() =>
        {
            foreach (var connection in scenario.Connections)
                Check(connection, clients.First(client => client.LocalEndPoint.Equals(connection.RemoteEndPoint)));
            if ((count, group.Members.Count) != (0, 0))
                scenario.Fail($"All have gone, and the group counts {count} and has {group.Members.Count}.");
        });

        IDisposable Join(IConnection connection)
        {
            came.Add(connection, said);
            return group.Join(connection, s_welcome);
        }

        void Say() => group.OnNext(Encoding.ASCII.GetBytes($"{said++};"));

        void Check(IConnection connection, SimulatedClient client)
        {
            void Fail(string what) => scenario.Fail($"{client.LocalEndPoint}: {what}.");
            if (!left.TryGetValue(connection, out var end))
            {
                Fail("nobody was told that it left");
                return;
            }

            var all = Encoding.ASCII.GetString(s_welcome) + string.Concat(Enumerable.Range(came[connection], end.Said - came[connection]).Select(number => $"{number};"));
            if (!all.StartsWith(client.ReceivedText, StringComparison.Ordinal))
                Fail($"it heard {client.ReceivedText} of {all}");
            if (client.End == ClientEnd.Fin && client.ReceivedText.Length < all.Length)
                Fail($"it ended orderly, and heard {client.ReceivedText} of {all}");
            if (end.Reason is { } reason && reason != connection.Closed.Result)
                Fail($"the group said {reason.Kind}, and it closed by {connection.Closed.Result.Kind}");
        }
    });

    private static IObservable<Bytes> Session(IObservable<Bytes> bytes, Func<IObservable<Bytes>, IObservable<Bytes>> decode) =>
        from hello in bytes.ByteLines(20).Take(1)
        from frame in decode(bytes)
        select frame;

    private static byte[] Letters(Scenario scenario, int count) => [.. scenario.Random.Bytes(count).Select(value => (byte)('a' + (value % 26)))];
}
