using NUnit.Framework;
using RxGlisten.Testing;
using static RxGlisten.CloseKind;

namespace RxGlisten.Spec.Testing;

/// <summary>Every state of a connection's life crossed with every event, each under links of many speeds: how it may end, and the invariants.</summary>
public sealed class LifeMatrixSpec
{
    private static readonly ExplorationOptions s_mild = new() { Kinds = [FaultKind.Latency, FaultKind.Jitter, FaultKind.Fragmentation], MostFaultsOfAClient = 3 };

    private static IEnumerable<TestCaseData> Cells =>
        from state in Enum.GetValues<LifeState>()
        from happening in Enum.GetValues<LifeEvent>()
        select new TestCaseData(state, happening).SetName($"{state}_and_{happening}");

    [TestCaseSource(nameof(Cells))]
    public void A_connection_ends_as_it_must(LifeState state, LifeEvent happening)
    {
        var expected = Expected(state, happening);
        Explored.Run(20, scenario => Live(scenario, state, happening, reason =>
        {
            if (!expected.Contains(reason.Kind))
                scenario.Fail($"It ended as {reason.Kind} ({reason.Detail}), and should have as {string.Join(" or ", expected)}.");
        }), s_mild, $"{state} {happening}");
    }

    private static CloseKind[] Expected(LifeState state, LifeEvent happening)
    {
        CloseKind[] untouched = state == LifeState.Lingering ? [LocalClosed] : [PeerClosed]; // the client finishes at last
        return happening switch
        {
            LifeEvent.PeerReset => [PeerReset],
            LifeEvent.Abort => [Aborted],
            LifeEvent.DrainDeadline => [ServerStopping],
            LifeEvent.OwnCompletion or LifeEvent.Dispose => state switch
            {
                LifeState.HalfOpen => [PeerClosed],
                LifeState.SendBlocked => [LocalClosed, PeerClosed], // whose FIN is first hangs on the link
                _ => [LocalClosed],
            },
            LifeEvent.Throw when state is not (LifeState.Unsubscribed or LifeState.HalfOpen or LifeState.Lingering) => [HandlerFault],
            LifeEvent.Idle when state is not (LifeState.Unsubscribed or LifeState.HalfOpen or LifeState.Lingering) => [IdleTimeout],
            LifeEvent.SendTimeout when state == LifeState.SendBlocked => [SendTimeout],
            _ => untouched,
        };
    }

    private static void Live(Scenario scenario, LifeState state, LifeEvent happening, Action<CloseReason> ended)
    {
        var listener = scenario.Listen(options => options with
        {
            IdleTimeout = happening == LifeEvent.Idle ? Ms(30) : Timeout.InfiniteTimeSpan,
            SendTimeout = happening == LifeEvent.SendTimeout ? Ms(30) : Timeout.InfiniteTimeSpan,
        });
        IConnection? connection = null;
        var throws = false;
        var messages = 0;
        SimulatedClient? client = null;
        void Happen()
        {
            switch (happening)
            {
                case LifeEvent.PeerFin: client!.Finish(); break;
                case LifeEvent.PeerReset: client!.Reset(); break;
                case LifeEvent.OwnCompletion: connection!.Outbound.OnCompleted(); break;
                case LifeEvent.Abort: connection!.Abort(); break;
                case LifeEvent.Dispose: connection!.Dispose(); break;
                case LifeEvent.Throw: (throws, _) = (true, client!.Send("boom")); break;
                case LifeEvent.DrainDeadline: listener.StopAsync(Ms(10)); break;
            }
        }

        void OnNext(Message message)
        {
            messages++;
            if (state == LifeState.OnHold && messages == 1)
                scenario.Hold(connection!, (Packet)message, Ms(happening == LifeEvent.LateRelease ? 80 : 60));
            if (state == LifeState.Delivering && messages == 2)
                Happen();
            if (throws)
                throw new InvalidOperationException("planned");
        }

        scenario.Observe(new Each<IConnection>(listener, c =>
        {
            connection = c;
            scenario.Cuts(c);
            if (state != LifeState.Unsubscribed)
                scenario.Inbound(c).Subscribe(OnNext, _ => { }, () => { });
            if (state == LifeState.SendBlocked)
                scenario.Send(c, new byte[1_000]);
            if (state == LifeState.Lingering)
                scenario.At(Ms(5), c.Dispose);
        }), "the connections");

        client = scenario.Connect(new LinkSettings { Latency = Ms(1), WindowBytes = 100, AnswersFin = state != LifeState.Lingering });
        client.Send("h");
        if (state == LifeState.SendBlocked)
            client.StopReading();
        if (state == LifeState.HalfOpen)
            scenario.At(Ms(5), client.Finish);
        scenario.At(Ms(70), state == LifeState.Delivering ? () => client.Send("d") : Happen);
        scenario.At(Ms(150), client.ResumeReading);
        scenario.At(Ms(250), client.Finish);
        scenario.At(Ms(3_000), () => connection!.Dispose());
        scenario.Then(() => ended(connection!.Closed.Result));
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
