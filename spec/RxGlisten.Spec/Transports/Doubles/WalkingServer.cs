using System.Collections.Concurrent;

namespace RxGlisten.Spec.Transports.Doubles;

/// <summary>Echoes, and meanwhile pauses, blocks, finishes, closes and aborts as a seed says, on the delivering thread and on others.</summary>
internal sealed class WalkingServer(int seed)
{
    private readonly ConcurrentQueue<IConnection> _accepted = new();
    private readonly bool[] _disturbed = new bool[256];
    private string? _breach;

    /// <summary>All there were.</summary>
    public IReadOnlyCollection<IConnection> Accepted => _accepted;

    /// <summary>The first byte that was not the next of its client.</summary>
    public string? Breach => Volatile.Read(ref _breach);

    /// <summary>Whether a life was ended by this side before its client had all.</summary>
    public bool Disturbed(byte life) => Volatile.Read(ref _disturbed[life]);

    public IDisposable Serve(IListener listener) => listener.Subscribe(connection =>
    {
        _accepted.Enqueue(connection);
        new Walk(this, connection, new Random((seed * 1000) + _accepted.Count)).Read();
    });

    private sealed class Walk(WalkingServer server, IConnection connection, Random random) : IObserver<Message>, IThreadPoolWorkItem
    {
        private readonly Lock _gate = new();
        private IDisposable? _subscription;
        private byte _life;
        private long _received;

        /// <summary>Reads, or reads on.</summary>
        public void Read()
        {
            lock (_gate)
                _subscription = connection.Inbound.Subscribe(this); // never delivers inside its own call
        }

        public void OnNext(Message message)
        {
            var data = ((Packet)message).Data;
            if (_received == 0)
                _life = data.Span[0];
            if (WalkingPattern.Breach(_life, _received, data.Span) is { } breach)
                Interlocked.CompareExchange(ref server._breach, breach, null);
            _received += data.Length;
            connection.Outbound.OnNext(data);
            Step();
        }

        public void OnError(Exception error) => Interlocked.CompareExchange(ref server._breach, $"{_life} had an error: {error.Message}", null);

        public void OnCompleted() => connection.Outbound.OnCompleted();

        /// <summary>Reads on after a pause, on another thread.</summary>
        void IThreadPoolWorkItem.Execute() => Read();

        private void Step()
        {
            switch (random.Next(40))
            {
                case < 5:
                    Pause();
                    break;
                case 5:
                    using (var nobody = new ManualResetEventSlim())
                        nobody.Wait(random.Next(2, 60)); // some times long enough to lose the loop
                    break;
                case 6:
                    Disturb(() => connection.Outbound.OnCompleted());
                    break;
                case 7:
                    Disturb(connection.Dispose);
                    break;
                case 8:
                    Disturb(connection.Abort);
                    break;
                case 9:
                    Disturb(() => ThreadPool.UnsafeQueueUserWorkItem(static ended => ended.Dispose(), connection, preferLocal: false));
                    break;
                case 10:
                    Disturb(() => ThreadPool.UnsafeQueueUserWorkItem(static ended => ended.Abort(), connection, preferLocal: false));
                    break;
            }
        }

        private void Pause()
        {
            lock (_gate)
                _subscription!.Dispose(); // there is one: it delivers
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        private void Disturb(Action how)
        {
            Volatile.Write(ref server._disturbed[_life], true);
            how();
        }
    }
}
