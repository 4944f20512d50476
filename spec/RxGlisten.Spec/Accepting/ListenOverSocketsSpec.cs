using System.Net;
using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Accepting;

/// <summary>Leaving a cold listener while clients come, on real sockets: what was delivered lives on, and all else is given back.</summary>
[Platform("Linux", Reason = "It counts descriptors in /proc.")]
public sealed class ListenOverSocketsSpec
{
    private const int Clients = 6;

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Streams))]
    public async Task Take_1_gives_one_connection_that_lives_on_and_leaks_nothing(string kind)
    {
        using var reach = Reaches.Of(kind);
        await RoundsAsync(async () =>
        {
            var cold = new Crowded(reach);
            await cold.BindAsync();
            var connections = cold.Listen.Take(1).Probe(Echo);
            await connections.EndAsync();
            await cold.ExpectAsync(connections.Items, served: 1);
        });
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Streams))]
    public async Task Unsubscribing_leaves_what_was_delivered_alive_and_leaks_nothing(string kind)
    {
        using var reach = Reaches.Of(kind);
        await RoundsAsync(async () =>
        {
            var cold = new Crowded(reach);
            await cold.BindAsync();
            var delivering = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var release = new ManualResetEventSlim();
            var delivered = 0;
            var connections = cold.Listen.Probe(connection =>
            {
                Echo(connection);
                if (++delivered < 3)
                    return;
                delivering.SetResult();
                release.Wait(); // the others are accepted meanwhile, or wait to be
            });
            try
            {
                await delivering.Task.Soon();
                connections.Dispose();
            }
            finally
            {
                release.Set();
            }

            await cold.ExpectAsync(connections.Items, served: 3);
            Assert.That(connections.IsEnded, Is.False);
        });
    }

    private static void Echo(IConnection connection) => connection.Inbound.Bytes().Subscribe(connection.Outbound);

    /// <summary>The first round opens what the process opens once; the others must open nothing that stays.</summary>
    private static async Task RoundsAsync(Func<Task> round)
    {
        await round();
        var before = OpenSockets.Count();
        for (var i = 0; i < 5; i++)
            await round();
        await Patience.UntilAsync(() => OpenSockets.Count() <= before, $"there were no more than {before} sockets");
    }

    /// <summary>A cold listener at whose address clients wait already when its subscriber comes.</summary>
    private sealed class Crowded(Reach reach)
    {
        private readonly List<ITestPeer> _peers = [];
        private Listener _listener = null!; // BindAsync, which comes first, makes it

        public IObservable<IConnection> Listen => new ColdListener(() => _listener);

        private EndPoint EndPoint => _listener.LocalEndPoint;

        public async Task BindAsync()
        {
            _listener = Bind(reach.Fresh());
            for (var i = 0; i < Clients; i++)
                _peers.Add(await reach.ConnectAsync(EndPoint).Soon());
        }

        /// <summary>So many clients have their echo and the others an end; somebody else may listen there.</summary>
        public async Task ExpectAsync(IReadOnlyList<IConnection> delivered, int served)
        {
            var echoed = await Task.WhenAll(_peers.Select(IsServedAsync)).Soon();
            Assert.That((delivered.Count, echoed.Count(isServed => isServed)), Is.EqualTo((served, served)));
            await Patience.UntilAsync(() => _listener.Connections.Count == served, "all but the delivered ones are closed");
            Assert.That(_listener.Ledger.Accepted - _listener.Ledger.Closed, Is.EqualTo(served));
            Assert.That(delivered.Select(connection => connection.Draining.IsCancellationRequested), Is.All.False);
            var next = Bind(EndPoint);
            var accepted = next.Probe();
            using (var guest = await reach.ConnectAsync(EndPoint).Soon())
                await accepted.CountAsync(1);
            await next.StopAsync(TimeSpan.Zero).Soon();
            echoed = await Task.WhenAll(_peers.Select(IsServedAsync)).Soon();
            Assert.That(echoed.Count(isServed => isServed), Is.EqualTo(served), "whoever listens there now, the delivered ones live on");
            _peers.ForEach(peer => peer.Close());
            await Task.WhenAll(delivered.Select(connection => connection.Closed)).Soon();
            Assert.That(_listener.Connections, Is.Empty);
        }

        private Listener Bind(EndPoint endpoint) => (Listener)RxServer.Bind(endpoint, new ServerOptions { Transport = reach.Transport });

        private static async Task<bool> IsServedAsync(ITestPeer peer)
        {
            try
            {
                await peer.SendAsync("x"u8.ToArray());
                return (await peer.ReceiveAsync()).Bytes is [(byte)'x'];
            }
            catch (SocketException)
            {
                return false; // it was reset
            }
        }
    }
}
