namespace RxGlisten.Benchmarks.Load;

/// <summary>The load over TLS: a task a connection, on <c>SslStream</c>. It costs more than the server, which is why only the server's CPU is compared.</summary>
internal sealed class TlsWorker : ILoadWorker
{
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(30);

    private readonly LoadOptions _options;
    private readonly TlsLoadConnection[] _connections;

    public TlsWorker(LoadOptions options, LoadWindow window, Pattern pattern)
    {
        _options = options;
        _connections = [.. Enumerable.Range(0, options.Connections).Select(number => new TlsLoadConnection(options, window, pattern, number))];
    }

    public LatencyHistogram Latencies { get; } = new();

    public long[] Faults { get; } = new long[Enum.GetValues<LoadFault>().Length];

    public long Messages => _connections.Sum(connection => connection.Messages);

    public long Bytes => _connections.Sum(connection => connection.Bytes);

    public void Connect()
    {
        if (_options.Mode == LoadMode.Churn) return; // connecting is what is measured
        if (!Task.WhenAll(_connections.Select(connection => connection.OpenAsync())).Wait(ConnectTime)) Faults[(int)LoadFault.Connect]++;
    }

    public void Run()
    {
        Task.WhenAll(_connections.Select(connection => Task.Run(() => _options.Mode switch
        {
            LoadMode.PingPong => connection.PingPongAsync(),
            LoadMode.Stream => connection.StreamAsync(),
            LoadMode.Churn => connection.ChurnAsync(),
            _ => throw new InvalidOperationException($"{_options.Mode} is not measured over TLS"),
        }))).GetAwaiter().GetResult();
        foreach (TlsLoadConnection connection in _connections)
        {
            Latencies.Add(connection.Latencies);
            if (connection.Fault is { } fault) Faults[(int)fault]++;
            else if (connection.Messages == 0) Faults[(int)LoadFault.Silent]++;
        }
    }

    public void Dispose()
    {
        foreach (TlsLoadConnection connection in _connections) connection.Dispose();
    }
}
