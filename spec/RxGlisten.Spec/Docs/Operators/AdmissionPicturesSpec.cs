using System.Net;
using System.Reactive.Concurrency;
using System.Text;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Docs.Operators;

/// <summary>The pictures of docs/operators.md that are about admission: replays of made-up recordings, because what counts here are addresses.</summary>
public sealed class AdmissionPicturesSpec
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Test]
    public void Admit()
    {
        Draw("admit", "Admit(bans)", [(0, 60, "10.0.0.1"), (20, 60, "10.0.0.9"), (40, 60, "10.1.0.1")], (connections, scheduler) =>
        {
            // snippet: op-admit
            var bans = new BanList(scheduler);
            bans.Add(IPAddress.Parse("10.0.0.9"), TimeSpan.FromHours(1));
            bans.Add(IPNetwork.Parse("192.0.2.0/24"), Timeout.InfiniteTimeSpan);
            var admitted = connections.Admit(bans);
            // end
            return admitted;
        });
    }

    [Test]
    public void Admit_per_address() => Draw(
        "admit-per-address", "AdmitPerAddress(1)", [(0, 60, "10.0.0.1"), (20, 30, "10.0.0.1"), (40, 60, "10.0.0.2"), (80, 30, "10.0.0.1")],
        // snippet: op-admit-per-address
        (connections, scheduler) => connections.AdmitPerAddress(1)
        // end
        );

    [Test]
    public void Admit_rate() => Draw(
        "admit-rate", "AdmitRate(2, 100 ms)", [(0, 60, "10.0.0.1"), (10, 60, "10.0.0.2"), (20, 60, "10.0.0.3"), (110, 60, "10.0.0.3")],
        // snippet: op-admit-rate
        (connections, scheduler) => connections.AdmitRate(burst: 2, interval: TimeSpan.FromMilliseconds(100), scheduler)
        // end
        );

    [Test]
    public void Admit_rate_per_address() => Draw(
        "admit-rate-per-address", "AdmitRatePerAddress(1, 100 ms)", [(0, 30, "10.0.0.1"), (40, 30, "10.0.0.1"), (50, 60, "10.0.0.2"), (110, 60, "10.0.0.1")],
        // snippet: op-admit-rate-per-address
        (connections, scheduler) => connections.AdmitRatePerAddress(burst: 1, interval: TimeSpan.FromMilliseconds(100), scheduler)
        // end
        );

    /// <summary>Clients that come at a time, say something, and finish some time later.</summary>
    private static void Draw(
        string name, string operation, (int At, int Stays, string From)[] clients, Func<IObservable<IConnection>, IScheduler, IObservable<IConnection>> admit)
    {
        var events = clients.SelectMany((client, i) => new ConnectionEvent[]
        {
            new(client.At * Millisecond, i + 1, ConnectionEventKind.Opened) { Detail = $"{client.From}:{50001 + i}" },
            new((client.At + 10) * Millisecond, i + 1, ConnectionEventKind.Received) { Data = Encoding.ASCII.GetBytes("hello") },
            new((client.At + client.Stays) * Millisecond, i + 1, ConnectionEventKind.InboundEnded),
        }).OrderBy(happened => happened.Time).ThenBy(happened => happened.Connection);
        var run = Recording.Of(events).Run((connections, scheduler) => admit(connections, scheduler).Serve(connection => connection.Inbound.Bytes()));
        DocFiles.Compare($"pictures/{name}.svg", new MarblePicture { Title = operation, Operators = [operation] }.Render([.. run.Events.Where(Arrived)]));

        // What a client says after it was reset is played and does not arrive.
        bool Arrived(ConnectionEvent happened) => run.Events.All(closed =>
            closed.Kind != ConnectionEventKind.Closed || closed.Connection != happened.Connection || closed.Time >= happened.Time);
    }
}
