using System.IO.Pipelines;
using System.Net.Sockets;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Outbound.Doubles;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Spec.Outbound;

/// <summary>Producers that are asked only while there is room.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class PullSpec
{
    private readonly PieceProducer _producer = new();
    private long _mostQueued;
    private Probe<ConnectionClosed> _closed = new();

    [TestCase("serve")]
    [TestCase("pull")]
    [TestCase("concat")]
    [TestCase("selectmany")]
    [TestCase("timer")]
    [TestCase("merge")]
    public void A_producer_without_end_is_asked_only_while_a_stalled_client_leaves_room(string how)
    {
        var server = Start(how);
        var peer = server.Connect();
        _ = peer.SendAsync("!"u8.ToArray());
        server.Advance(TimeSpan.FromSeconds(2));
        Assert.That(_producer.Asked, Is.InRange(60, 75), "a window of 64 KiB and a mark of 8 KiB, in pieces of 1 KiB");
        var before = _producer.Asked;
        var reader = new VirtualReader(server, peer);
        reader.Take();
        Assert.That(_producer.Asked, Is.InRange(before + 60, before + 75));
        for (var i = 0; i < 20; i++)
            reader.Take();
        Assert.That(reader.Bytes, Is.EqualTo(Enumerable.Range(0, reader.Bytes.Length).Select(i => (byte)(i / 1024))));
        Assert.That(_closed.Items, Is.Empty);
        peer.Reset();
        server.Advance(TimeSpan.FromSeconds(2));
        Assert.That(_producer.Disposed, Is.EqualTo(1));
        Assert.That(_closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.PeerReset));
    }

    [Test]
    public void A_second_pull_subscribed_by_the_end_of_the_first_is_pulled_too()
    {
        var server = Serve(_ => Outgoing.Pull(_producer.Pieces(100)).Concat(Outgoing.Pull(_producer.Pieces())));
        var peer = server.Connect();
        var reader = new VirtualReader(server, peer);
        for (var i = 0; i < 3; i++)
            reader.Take();
        Assert.That(_producer.Asked, Is.InRange(200, 300));
        Assert.That(_producer.Disposed, Is.EqualTo(1));
        peer.Reset();
        server.Settle();
        Assert.That(_producer.Disposed, Is.EqualTo(2));
    }

    [Test]
    public void A_long_line_of_short_pulls_is_no_deep_stack()
    {
        var server = Serve(_ => Observable.Range(0, 20_000).Select(_ => Outgoing.Pull(_producer.Pieces(1, 1))).Concat());
        var reader = new VirtualReader(server, server.Connect()).All();
        Assert.That(reader.Bytes, Has.Length.EqualTo(20_000));
        Assert.That(reader.End!.Value.IsFin);
    }

    [Test]
    public void A_producer_that_never_waits_does_not_run_inside_the_subscribing_call()
    {
        var inside = true;
        var during = -1;
        var server = Serve(_ => Observable.Create<Bytes>(observer =>
        {
            var pull = Outgoing.Pull(_producer.Pieces(10)).Subscribe(observer);
            during = _producer.Asked;
            inside = false;
            return pull;
        }));
        var reader = new VirtualReader(server, server.Connect()).All();
        Assert.That((inside, during), Is.EqualTo((false, 0)));
        Assert.That(reader.Bytes, Has.Length.EqualTo(10 * 1024));
    }

    [Test]
    public void Outside_of_a_server_it_is_pulled_as_fast_as_it_is_taken_and_can_be_unsubscribed()
    {
        var pieces = Outgoing.Pull(_producer.Pieces()).Take(5).ToEnumerable().ToArray();
        Assert.That(pieces.Select(piece => piece.Span[0]), Is.EqualTo(new byte[] { 0, 1, 2, 3, 4 }));
        Assert.That(_producer.Disposed, Is.EqualTo(1));
    }

    [Test]
    public void A_stream_is_disposed_at_the_end_unless_it_is_left_open([Values] bool leaveOpen, [Values] bool complete)
    {
        var stream = new TrackedStream(complete ? 100_000 : long.MaxValue);
        var server = Serve(_ => Outgoing.Pull(stream, leaveOpen));
        var peer = server.Connect();
        if (complete)
            Assert.That(new VirtualReader(server, peer).All().Bytes, Is.EqualTo(PatternStream.Expected(100_000)));
        else
            peer.Reset();
        server.Settle();
        Assert.That(stream.IsDisposed, Is.EqualTo(!leaveOpen));
    }

    [Test]
    public void A_stream_and_a_pipe_that_were_never_asked_are_given_back_too()
    {
        var stream = new TrackedStream(100);
        var pipe = new Pipe();
        var server = Serve(c =>
        {
            c.Outbound.OnNext(new byte[200_000]);
            return Outgoing.Pull(stream).Merge(Outgoing.Pull(pipe.Reader));
        });
        var peer = server.Connect();
        server.Settle();
        Assert.That(stream.IsDisposed, Is.False);
        peer.Reset();
        server.Settle();
        Assert.That(stream.IsDisposed);
        Assert.That(pipe.Writer.WriteAsync(new byte[1]).AsTask().Result.IsCompleted);
    }

    [Test]
    public void A_pipe_is_sent_to_its_end_and_its_reader_completed()
    {
        var pipe = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var server = Serve(_ => Outgoing.Pull(pipe.Reader));
        var peer = server.Connect();
        var reader = new VirtualReader(server, peer);
        _ = pipe.Writer.WriteAsync("one "u8.ToArray()).AsTask();
        server.Settle();
        _ = pipe.Writer.WriteAsync("two"u8.ToArray()).AsTask();
        pipe.Writer.Complete();
        server.Settle();
        Assert.That(reader.All().Text, Is.EqualTo("one two"));
        Assert.That(reader.End!.Value.IsFin);
    }

    [Test]
    public void A_producer_that_fails_ends_its_connection_after_what_it_gave([Values] bool closedError)
    {
        Exception error = closedError
            ? new ConnectionClosedException(new CloseReason(CloseKind.PeerReset, "Another connection's.", null))
            : new IOException("Meant to be.");
        var server = Serve(_ => Outgoing.Pull(_producer.Pieces(3, error: error)));
        var peer = server.Connect();
        var reader = new VirtualReader(server, peer).All();
        Assert.That(reader.Bytes, Has.Length.EqualTo(3 * 1024));
        Assert.That(reader.End!.Value.IsFin);
        peer.FinishSending();
        server.Settle();
        Assert.That((_closed.Items.Single().Reason.Kind, _closed.Items[0].Reason.Error), Is.EqualTo((CloseKind.HandlerFault, error)));
        Assert.That(_producer.Disposed, Is.EqualTo(1));
    }

    [TestCase("unix", 1L << 30)]
    [TestCase("tcp v4", 1L << 30)]
    [TestCase("unix over sockets", 1L << 30)]
    [TestCase("tcp v4 over sockets", 1L << 30)]
    [TestCase("memory", 1L << 27)]
    public async Task A_big_stream_takes_little_memory_and_nobody_is_cut(string kind, long bytes)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, serve: listener => ServeBig(listener, bytes));
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var peer = await server.ConnectAsync();
        await ReceivePatternAsync(bytes, async () => (await peer.ReceiveAsync().Soon()).Bytes, at =>
        {
            if (at > bytes / 2 && memory > 0)
            {
                Assert.That(GC.GetTotalMemory(forceFullCollection: true) - memory, Is.LessThan(8 * 1024 * 1024));
                memory = 0;
            }

            return Task.CompletedTask;
        });
        Assert.That(_closed.Items, Is.Empty);
        Assert.That(_mostQueued, Is.LessThanOrEqualTo(128 * 1024));
    }

    [TestCase("unix", 1L << 30)]
    [TestCase("tcp v4", 1L << 30)]
    [TestCase("unix over sockets", 1L << 30)]
    [TestCase("tcp v4 over sockets", 1L << 30)]
    public async Task A_big_stream_waits_for_a_client_that_pauses_again_and_again(string kind, long bytes)
    {
        const int Step = 512 * 1024;
        const int AllOnItsWay = 16 * 1024 * 1024; // more than the kernel keeps of the end, which is not waited for
        using var reach = Reaches.Of(kind);
        var served = new TaskCompletionSource<IConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new TestServer(reach, serve: listener => ServeBig(listener.Do(served.SetResult), bytes));
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var endpoint = server.Listener.LocalEndPoint;
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified) { ReceiveBufferSize = 128 * 1024 };
        await socket.ConnectAsync(endpoint).Soon();
        var writable = (await served.Task.Soon()).Outbound.Writable;
        var buffer = new byte[64 * 1024];
        long step = 0, pauses = 0;
        await ReceivePatternAsync(bytes, async () => buffer.AsMemory(0, await socket.ReceiveAsync(buffer).Soon()), async at =>
        {
            if (at < step || at > bytes - AllOnItsWay)
                return;
            await writable.FirstAsync(isWritable => !isWritable).ToTask().Soon(); // the server can't go on until this client reads
            if (++pauses % 512 == 0)
                Assert.That(GC.GetTotalMemory(forceFullCollection: true) - memory, Is.LessThan(8 * 1024 * 1024));
            step = at + Step;
        });
        Assert.That(pauses, Is.GreaterThan(bytes / Step / 2));
        Assert.That(_closed.Items, Is.Empty);
        Assert.That(_mostQueued, Is.LessThanOrEqualTo(128 * 1024));
    }

    private Probe<ConnectionClosed> ServeBig(IObservable<IConnection> connections, long bytes)
    {
        _closed = connections
            .Serve(c => Outgoing.Pull(new PatternStream(bytes)).Do(_ => _mostQueued = Math.Max(_mostQueued, c.Outbound.QueuedBytes)))
            .Probe();
        return _closed;
    }

    private static async Task ReceivePatternAsync(long bytes, Func<Task<Bytes>> receiveAsync, Func<long, Task> received)
    {
        long at = 0;
        while (await receiveAsync() is { IsEmpty: false } part)
        {
            if (!PatternStream.Matches(part.Span, at))
                Assert.Fail($"Not what was produced, near {at}.");
            at += part.Length;
            await received(at);
        }

        Assert.That(at, Is.EqualTo(bytes));
    }

    private VirtualServer Start(string how) => how switch
    {
        "serve" => new VirtualServer(Options, listener => _closed = listener.Serve(_ => _producer.Pieces()).Probe()),
        "pull" => Serve(_ => Outgoing.Pull(_producer.Pieces())),
        "concat" => Serve(_ => Observable.Empty<Bytes>().Concat(Outgoing.Pull(_producer.Pieces())).Select(bytes => bytes)),
        "selectmany" => Serve(c => from _ in c.Inbound.Bytes() from piece in Outgoing.Pull(_producer.Pieces()) select piece),
        "timer" => Serve(c => Observable
            .Timer(TimeSpan.FromSeconds(1), ((Connection)c).Settings.Options.Scheduler)
            .SelectMany(_ => Outgoing.Pull(_producer.Pieces()))),
        "merge" => Serve(c => c.Inbound.Bytes().Where(_ => false).Merge(Outgoing.Pull(_producer.Pieces()))),
        _ => throw new ArgumentException(how),
    };

    private VirtualServer Serve(Func<IConnection, IObservable<Bytes>> pipeline) =>
        new(Options, listener => _closed = listener.Serve(pipeline).Probe());

    private static ServerOptions Options(ServerOptions defaults) => defaults with { OutboundHighWaterBytes = 8 * 1024 };

    private sealed class TrackedStream(long length) : PatternStream(length)
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
