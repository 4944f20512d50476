using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Inbound;

/// <summary>One loop reads, however closely it is let on.</summary>
public sealed class ReceiveLoopSpec
{
    [Test]
    public void A_release_that_comes_before_the_starting_call_has_its_task_starts_no_second_loop()
    {
        SynchronizationContext.SetSynchronizationContext(null); // the framework's would send continuations to the pool
        IDisposable? hold = null;
        var delivered = 0;

        // What a delivery sets here is taken back when the loop's first stretch returns: a hook between its wait and the call that started it.
        var stretch = new AsyncLocal<bool>(change =>
        {
            if (change is { ThreadContextChanged: true, CurrentValue: false })
                hold!.Dispose(); // taken before it was set
        });
        var transport = new Scripted();
        var time = new TestScheduler();
        var connection = new Connection(
            transport, new ConnectionSettings(new ServerOptions { Scheduler = time }, new Clock(time), NullLogger.Instance, new ServerMetrics(null)), new Owner());
        connection.Inbound.Probe(message =>
        {
            delivered++;
            hold = ((Packet)message).Hold();
            stretch.Value = true;
        });
        Assert.That((delivered, transport.Outstanding), Is.EqualTo((1, 1)), "let on at once, it reads");
        for (var i = 2; i < 6; i++)
        {
            transport.Arrive();
            hold!.Dispose();
            Assert.That((delivered, transport.Outstanding), Is.EqualTo((i, 1)));
        }
    }

    private sealed class Owner : IConnectionOwner
    {
        public CancellationToken Draining => default;

        public void Release(Connection connection, CloseReason reason)
        {
        }

        public void Ended(Connection connection)
        {
        }
    }

    /// <summary>The first receive has a byte, the others wait for one. What is posted runs inside the call.</summary>
    private sealed class Scripted : ITransportConnection, ITransportExecutor
    {
        private readonly Queue<TaskCompletionSource<Transfer>> _waiting = new();
        private bool _hasReceived;

        public int Outstanding => _waiting.Count;

        public EndPoint LocalEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 1);

        public EndPoint RemoteEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 2);

        public TlsInfo? Tls => null;

        public ITransportExecutor Executor => this;

        public void Arrive() => _waiting.Dequeue().SetResult(new Transfer(1, SocketError.Success));

        public void Post(IThreadPoolWorkItem work) => work.Execute();

        public void Run(IThreadPoolWorkItem work) => work.Execute();

        public ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer)
        {
            buffer.GetMemory(1);
            if (!_hasReceived)
            {
                _hasReceived = true;
                return new ValueTask<Transfer>(new Transfer(1, SocketError.Success));
            }

            var waiting = new TaskCompletionSource<Transfer>();
            _waiting.Enqueue(waiting);
            return new ValueTask<Transfer>(waiting.Task);
        }

        public Transfer TrySend(ReadOnlySpan<byte> data) => throw new NotSupportedException();

        public Transfer TrySend(IList<ArraySegment<byte>> segments) => throw new NotSupportedException();

        public ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data) => throw new NotSupportedException();

        public SocketError ShutdownSending() => throw new NotSupportedException();

        public void Watch(IHangUpWatcher watcher)
        {
        }

        public void Close()
        {
        }

        public void Abort()
        {
        }
    }
}
