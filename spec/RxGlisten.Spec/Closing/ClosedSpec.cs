using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Closing;

/// <summary>The end of a connection: its order, and that it waits for nobody's code.</summary>
public sealed class ClosedSpec
{
    [Test]
    public async Task A_delivery_that_blocks_keeps_neither_Closed_nor_the_slot(
        [Values("tcp v4", "unix", "tcp v4 over sockets")] string kind, [Values("reset", "abort", "dispose", "error", "drain")] string way)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { MaxConnections = 1 });
        var (connection, peer) = await server.PairAsync();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = new ManualResetEventSlim();
        var inbound = connection.Inbound.Probe(_ =>
        {
            entered.TrySetResult();
            release.Wait();
        });
        try
        {
            await peer.SendAsync("x"u8.ToArray());
            await entered.Task.Soon();
            var stopped = Task.CompletedTask;
            switch (way)
            {
                case "reset":
                    connection.Outbound.OnNext("unread"u8.ToArray()); // with this a unix socket's close is a reset
                    peer.Reset();
                    break;
                case "abort":
                    connection.Abort();
                    break;
                case "error":
                    connection.Outbound.OnError(new InvalidOperationException("mine"));
                    break;
                case "dispose":
                    connection.Dispose();
                    peer.Close();
                    break;
                default:
                    stopped = server.Listener.StopAsync(TimeSpan.FromMilliseconds(20));
                    break;
            }

            await connection.Closed.Soon();
            Assert.That((server.Listener.Connections.Count, inbound.IsEnded), Is.EqualTo((0, false)));
            await stopped.Soon();
            if (way != "drain")
                await server.PairAsync(); // the slot is free
        }
        finally
        {
            release.Set();
        }

        await inbound.EndAsync();
        Assert.That(inbound.Items, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Who_blocks_in_a_continuation_of_Closed_holds_up_neither_the_listener_nor_Serve()
    {
        using var reach = Reaches.Of("tcp v4");
        using var release = new ManualResetEventSlim();
        var closings = new Probe<ConnectionClosed>();
        Task? waiting = null;
        await using var server = new TestServer(reach, serve: listener => closings.On(listener.Serve(connection =>
        {
            waiting = connection.Closed.ContinueWith(
                _ => release.Wait(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return connection.Inbound.Bytes();
        })));
        try
        {
            (await server.ConnectAsync()).Close();
            await closings.CountAsync(1);
            await server.Listener.StopAsync(TimeSpan.FromSeconds(60)).Soon();
        }
        finally
        {
            release.Set();
        }

        await waiting!.Soon(); // Serve made the pipeline, which set it
    }

    [TestCase(true)]
    [TestCase(false)]
    public void First_the_descriptor_then_the_slot_then_Closed_then_the_watchers(bool abort)
    {
        var end = new List<string>();
        var executor = new QueueExecutor();
        var connection = Make(executor, new Owner(end), new Scripted(executor, end));
        connection.Watch(new Watcher(end));
        connection.Closed.GetAwaiter().OnCompleted(() => end.Add("Closed"));
        executor.Run(new Turn(abort ? connection.Abort : connection.Dispose));
        Assert.That(end, Is.EqualTo(new[] { "descriptor", "slot", "Closed", "books", "watcher", "settled" }));
    }

    [Test]
    public void A_transport_that_throws_while_it_closes_keeps_no_slot()
    {
        var end = new List<string>();
        var executor = new QueueExecutor();
        var connection = Make(executor, new Owner(end), new Scripted(executor, end) { Throws = true });
        executor.Run(new Turn(connection.Abort));
        Assert.That(end, Is.EqualTo(new[] { "descriptor", "slot", "books" }));
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.Aborted));
    }

    [Test]
    public void Dispose_returns_while_a_peer_floods()
    {
        var end = new List<string>();
        var executor = new QueueExecutor();
        var transport = new Scripted(executor, end) { Flood = 1000 };
        var connection = Make(executor, new Owner(end), transport);
        connection.Dispose();
        Assert.That((transport.Received, end.Count), Is.EqualTo((0, 0)));
        executor.Run(new Turn(() => { }));
        Assert.That((transport.Received, end.Contains("slot")), Is.EqualTo((1000, true)));
    }

    [Test]
    public void A_peer_that_answers_this_sides_fin_before_the_call_that_sent_it_returned_was_not_first()
    {
        var executor = new QueueExecutor();
        var fin = new TaskCompletionSource<Transfer>();
        var transport = new Scripted(executor, []) { Answer = fin };
        var connection = Make(executor, new Owner([]), transport);
        executor.Run(new Turn(() => connection.Inbound.Probe()));
        executor.Run(new Turn(connection.Outbound.OnCompleted));
        Assert.That(connection.Closed.IsCompletedSuccessfully);
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.LocalClosed));
    }

    private static Connection Make(QueueExecutor executor, Owner owner, Scripted transport)
    {
        SynchronizationContext.SetSynchronizationContext(null); // the framework's would send continuations to the pool
        var time = new TestScheduler();
        return new Connection(
            transport,
            new ConnectionSettings(new ServerOptions { Scheduler = time }, new Clock(time), NullLogger.Instance, new ServerMetrics(null)),
            owner);
    }

    private sealed class Owner(List<string> end) : IConnectionOwner
    {
        public CancellationToken Draining => default;

        public void Release(Connection connection, CloseReason reason) => end.Add("slot");

        public void Ended(Connection connection) => end.Add("books");
    }

    private sealed class Watcher(List<string> end) : IConnectionWatcher
    {
        public void OnClosed(CloseReason reason) => end.Add("watcher");

        public void OnSettled() => end.Add("settled");
    }

    /// <summary>A transport that notes its end, floods before it, and may fail to close.</summary>
    private sealed class Scripted(ITransportExecutor executor, List<string> end) : ITransportConnection
    {
        public bool Throws { get; init; }

        public int Flood { get; init; }

        /// <summary>The receive that waits for the peer's FIN, which answers this side's at once.</summary>
        public TaskCompletionSource<Transfer>? Answer { get; init; }

        public int Received { get; private set; }

        public EndPoint LocalEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 1);

        public EndPoint RemoteEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 2);

        public TlsInfo? Tls => null;

        public ITransportExecutor Executor => executor;

        public ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer)
        {
            if (Answer is not null)
                return new ValueTask<Transfer>(Answer.Task);
            if (Received == Flood)
                return default;
            Received++;
            buffer.GetMemory(1);
            return new ValueTask<Transfer>(new Transfer(1, SocketError.Success));
        }

        public Transfer TrySend(ReadOnlySpan<byte> data) => new(data.Length, SocketError.Success);

        public Transfer TrySend(IList<ArraySegment<byte>> segments) => new(segments.Sum(segment => segment.Count), SocketError.Success);

        public ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data) => new(new Transfer(data.Length, SocketError.Success));

        public SocketError ShutdownSending()
        {
            Answer?.SetResult(default);
            return SocketError.Success;
        }

        public void Watch(IHangUpWatcher watcher)
        {
        }

        public void Close() => End();

        public void Abort() => End();

        private void End()
        {
            end.Add("descriptor");
            if (Throws)
                throw new InvalidOperationException("It does not close.");
        }
    }
}
