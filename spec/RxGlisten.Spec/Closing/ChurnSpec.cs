using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Closing;

/// <summary>Thousands of connections that end at random: the books balance, and everything is given back.</summary>
public sealed class ChurnSpec
{
    [Test]
    public void Ten_thousand_connections_that_end_at_random_leave_nothing_behind()
    {
        CountingScheduler? timers = null;
        var random = new Random(11);
        IConnection? served = null; // the latest: keeping them all would hide a leak
        var closings = new Probe<long>();
        var server = new VirtualServer(
            options => options with
            {
                Scheduler = timers = new CountingScheduler(options.Scheduler),
                IdleTimeout = TimeSpan.FromSeconds(20),
                MaxConnections = 500,
            },
            listener => closings.On(listener.Serve(connection =>
            {
                served = connection;
                return connection.Inbound.Bytes().Select(bytes => bytes.Span[0] == 'T' ? throw new InvalidOperationException("mine") : bytes);
            }).Select(closed => closed.Connection.Id)));
        var ended = 0;
        Round(20);
        var before = LiveBytes();
        Round(9_980);
        Assert.That(LiveBytes() - before, Is.LessThan(16 * 1024 * 1024));
        var stopped = server.Listener.StopAsync(TimeSpan.FromSeconds(1));
        server.Advance(TimeSpan.FromSeconds(1));
        Assert.That(stopped.IsCompletedSuccessfully);
        Assert.That((closings.IsEnded, timers!.Pending), Is.EqualTo((true, 0)));

        void Round(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var peer = server.Connect();
                EndSomehow(peer, served, random);
                if (i % 200 == 0)
                    server.Advance(TimeSpan.FromSeconds(7));
            }

            server.Advance(TimeSpan.FromSeconds(60));
            ended += count;
            Assert.That(server.Listener.Connections, Is.Empty);
            var ids = closings.Items;
            Assert.That((server.Listener.Ledger.Accepted, server.Listener.Ledger.Closed, ids.Count), Is.EqualTo(((long)ended, (long)ended, ended)));
            Assert.That(ids.Distinct().Count(), Is.EqualTo(ended), "one reason each");
        }

        long LiveBytes()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return GC.GetTotalMemory(forceFullCollection: true);
        }
    }

    [Test]
    public async Task Ten_thousand_socket_connections_that_end_at_random_give_all_descriptors_back([ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind)
    {
        using var reach = Reaches.Of(kind);
        var before = OperatingSystem.IsLinux() ? SocketsOf() : 0;
        var delivered = 0; // a client that came when the server stopped may have been accepted and not delivered
        var served = new ConcurrentDictionary<long, IConnection>();
        var closings = new Probe<ConnectionClosed>();
        var server = new TestServer(
            reach,
            new ServerOptions { IdleTimeout = TimeSpan.FromMilliseconds(500), LingerTimeout = TimeSpan.FromMilliseconds(200), MaxConnections = 100 },
            listener => closings.On(listener.Serve(connection =>
            {
                Interlocked.Increment(ref delivered);
                served[connection.Id] = connection;
                return connection.Inbound.Bytes().Select(bytes => bytes.Span[0] == 'T' ? throw new InvalidOperationException("mine") : bytes);
            })));
        const int Lanes = 20, Each = 500;
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(async () =>
        {
            var random = new Random(lane);
            for (var i = 0; i < Each; i++)
            {
                using var peer = await ConnectPatientlyAsync(reach, server);
                EndSomehow(peer, served.Values.ElementAtOrDefault(random.Next(50)), random);
                foreach (var (id, connection) in served)
                {
                    if (connection.Closed.IsCompleted)
                        served.TryRemove(id, out _);
                }
            }
        }))).WaitAsync(TimeSpan.FromSeconds(120));
        await closings.CountAsync(Lanes * Each);
        await server.Listener.StopAsync(TimeSpan.Zero).Soon();
        await closings.EndAsync();
        await server.DisposeAsync();
        var ids = closings.Items.Select(closed => closed.Connection.Id).ToList();
        Assert.That(ids.Distinct().Count(), Is.EqualTo(ids.Count), "one reason each");
        Assert.That(ids, Has.Count.EqualTo(delivered), "one end each");
        Assert.That(server.Listener.Ledger.Closed, Is.EqualTo(server.Listener.Ledger.Accepted));
        Assert.That(server.Listener.Connections, Is.Empty);
        if (OperatingSystem.IsLinux())
            await Patience.UntilAsync(() => SocketsOf() <= before + 2, "the process has its sockets closed");
    }

    /// <summary>A server that is busy may reset a client, or have its backlog full: the client comes again.</summary>
    private static async Task<ITestPeer> ConnectPatientlyAsync(Reach reach, TestServer server)
    {
        while (true)
        {
            try
            {
                return await reach.ConnectAsync(server.Listener.LocalEndPoint);
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>Sockets of this process that are connected or listen.</summary>
    private static int SocketsOf() => Directory.EnumerateFiles("/proc/self/fd").Count(link =>
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName.Contains("socket:", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            return false; // it was closed meanwhile
        }
    });

    private static void EndSomehow(ITestPeer peer, IConnection? connection, Random random)
    {
        switch (random.Next(9))
        {
            case 0:
                peer.Close();
                break;
            case 1:
                peer.FinishSending();
                break;
            case 2:
                Send(peer, "x"u8.ToArray());
                peer.Reset();
                break;
            case 3:
                connection?.Abort();
                break;
            case 4:
                connection?.Dispose();
                break;
            case 5:
                Send(peer, "T"u8.ToArray());
                break;
            case 6:
                connection?.Outbound.OnNext(new byte[200_000]);
                connection?.Dispose();
                break;
            case 7:
                connection?.Outbound.OnCompleted();
                break;
            default:
                break; // the idle timeout
        }

        static void Send(ITestPeer peer, byte[] bytes) =>
            peer.SendAsync(bytes).ContinueWith(sent => _ = sent.Exception, TaskScheduler.Default);
    }
}
