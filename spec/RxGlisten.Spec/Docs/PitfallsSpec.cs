using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Docs;

/// <summary>The snippets of docs/guide/pitfalls.md: what is said to go wrong does.</summary>
public sealed class PitfallsSpec
{
    private readonly VirtualTime _time = new();
    private readonly SimulatedNetwork _network;

    public PitfallsSpec() => _network = new SimulatedNetwork(_time, seed: 1);

    [Test]
    public void An_error_in_SelectMany_ends_the_query_for_all()
    {
        // snippet: pit-select-many
        static IObservable<int> ForAll(IObservable<IConnection> connections) =>    // one bad number ends the sums of everybody
            connections.SelectMany(connection => connection.Inbound.Bytes().Lines(100).Select(int.Parse));

        static IObservable<int> Isolated(IObservable<IConnection> connections) =>  // ... and here those of one connection
            connections.SelectConnection(connection => connection.Inbound.Bytes().Lines(100).Select(int.Parse));
        // end
        var (forAll, isolated) = (ForAll(Listen("a")).Probe(), Isolated(Listen("b")).Probe());
        foreach (var server in new[] { "a", "b" })
        {
            var (bad, good) = (_network.Connect(_network.EndPoint(server)), _network.Connect(_network.EndPoint(server)));
            bad.Send("one\n");
            Pass();
            good.Send("2\n");
            Pass();
        }

        Assert.That(forAll.Error, Is.TypeOf<FormatException>());
        Assert.That(isolated.Items, Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void Concat_of_asynchronous_steps_reads_without_bound()
    {
        var gate = new TaskCompletionSource();
        Task<Unit> WorkAsync(ReadOnlyMemory<byte> bytes) => gate.Task.ContinueWith(_ => Unit.Default, TaskScheduler.Default);
        // snippet: pit-concat
        IObservable<Unit> Worked(IObservable<ReadOnlyMemory<byte>> bytes) => bytes
            .Select(block => Observable.FromAsync(() => WorkAsync(block)))
            .Concat(); // one step at a time; and everything that comes meanwhile waits in here, without a bound
        // end
        var received = 0L;
        Listen("server").SelectConnection(connection => Worked(connection.Inbound.Bytes().Do(block => received += block.Length))).Subscribe();
        var client = _network.Connect(_network.EndPoint("server"));
        client.Send(new byte[10_000_000]);
        _time.AdvanceBy(TimeSpan.FromSeconds(1));
        Assert.That(received, Is.EqualTo(10_000_000), "all of it was read while the first step was not done");
    }

    [Test]
    public void A_second_subscriber_is_refused_and_Publish_shares()
    {
        // snippet: pit-publish
        static IObservable<string> Both(IConnection connection) => connection.Inbound.Bytes().Lines(100).Publish(lines =>
            lines.Where(line => line.StartsWith('a')).Merge(lines.Where(line => line.EndsWith('z')))); // two subscribers, one subscription
        // end
        static IObservable<string> Twice(IConnection connection)
        {
            var lines = connection.Inbound.Bytes().Lines(100);
            return lines.Where(line => line.StartsWith('a')).Merge(lines.Where(line => line.EndsWith('z')));
        }

        var errors = new List<Exception>();
        var shared = Listen("shared").SelectConnection(Both).Probe();
        Listen("twice").SelectConnection(connection => Twice(connection).Do(_ => { }, errors.Add)).Subscribe();
        foreach (var server in new[] { "shared", "twice" })
            _network.Connect(_network.EndPoint(server)).Send("abc\nxyz\n");
        Pass();
        Assert.That(shared.Items, Is.EqualTo(new[] { "abc", "xyz" }));
        Assert.That(errors.Single(), Is.TypeOf<InvalidOperationException>().With.Message.Contains("Publish"));
    }

    [Test]
    public async Task A_scheduler_that_hops_without_a_thread_for_each_subscription()
    {
        // snippet: pit-observe-on
        var pool = TaskPoolScheduler.Default.DisableOptimizations(typeof(ISchedulerLongRunning)); // without it: a thread for each subscription
        var hopped = Observable.Range(1, 3).ObserveOn(pool);                                      // with either: a queue without a bound
        // end
        Assert.That(await hopped.ToList(), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void What_takes_only_some_of_the_connections_leaves_the_others()
    {
        // snippet: pit-where
        static IObservable<IConnection> Local(IObservable<IConnection> connections) => // the others stay open until UnclaimedTimeout (30 s)
            connections.Where(connection => connection.RemoteEndPoint.ToString()!.Contains("127.0.0.1", StringComparison.Ordinal));

        static IObservable<IConnection> Admitted(IObservable<IConnection> connections) => // the others are reset at once, before a TLS handshake
            connections.Admit(remote => remote.ToString()!.Contains("127.0.0.1", StringComparison.Ordinal));
        // end
        Local(Listen("where")).Serve(connection => connection.Inbound.Bytes()).Subscribe();
        Admitted(Listen("admit")).Serve(connection => connection.Inbound.Bytes()).Subscribe();
        var (left, refused) = (_network.Connect(_network.EndPoint("where")), _network.Connect(_network.EndPoint("admit")));
        _time.AdvanceBy(TimeSpan.FromSeconds(29));
        Assert.That((left.End, refused.End), Is.EqualTo((ClientEnd.None, ClientEnd.Reset)));
        _time.AdvanceBy(TimeSpan.FromSeconds(10));
        Assert.That(left.End, Is.Not.EqualTo(ClientEnd.None));
    }

    private IObservable<IConnection> Listen(string name) => RxServer.Listen(_network.EndPoint(name), new ServerOptions { Scheduler = _time });

    private void Pass() => _time.AdvanceBy(TimeSpan.FromMilliseconds(1));
}
