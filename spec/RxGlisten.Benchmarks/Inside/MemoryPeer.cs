using System.Reactive.Concurrency;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>
/// A client of a server in this process, over memory. Everything happens inside the calls, on their thread, by the network's queue and without its
/// scheduler: what is measured is the library alone.
/// </summary>
internal sealed class MemoryPeer : IThreadPoolWorkItem, IReceiveBuffer, IDisposable
{
    private readonly HistoricalScheduler _time = new();
    private readonly MemoryNetwork _network;
    private readonly IDisposable _serving;
    private readonly ITransportConnection _client;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private ReadOnlyMemory<byte> _message;

    public MemoryPeer(Func<IConnection, IObservable<ReadOnlyMemory<byte>>> pipeline)
    {
        _network = new MemoryNetwork(_time);
        MemoryEndPoint endpoint = _network.EndPoint("echo");
        IListener listener = RxServer.Bind(endpoint, new ServerOptions { Scheduler = _time });
        _serving = listener.Serve(connection =>
        {
            Connection = connection;
            return pipeline(connection);
        }).Subscribe();
        _client = _network.Connect(endpoint);
        _time.AdvanceBy(TimeSpan.FromMilliseconds(1));
        if (Connection is null) throw new InvalidOperationException("The server did not accept.");
    }

    /// <summary>The server's side.</summary>
    public IConnection Connection { get; private set; }

    /// <summary>Sends, and lets happen what follows from it.</summary>
    public void Send(ReadOnlyMemory<byte> message)
    {
        _message = message;
        _network.Executor.Run(this);
    }

    /// <summary>Receives what there is, after what has yet to happen.</summary>
    public int Receive()
    {
        Send(default);
        ValueTask<Transfer> receive = _client.ReceiveAsync(this);
        return receive.IsCompleted ? receive.Result.Bytes : throw new InvalidOperationException("Nothing came back.");
    }

    public void Execute()
    {
        if (_message.Length > 0 && _client.TrySend(_message.Span).Bytes != _message.Length) throw new InvalidOperationException("The network is full.");
    }

    public Memory<byte> GetMemory(int available) => _buffer;

    public void Dispose()
    {
        _serving.Dispose();
        _client.Abort();
    }
}
