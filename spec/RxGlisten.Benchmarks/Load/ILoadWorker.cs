namespace RxGlisten.Benchmarks.Load;

/// <summary>A share of the load, and what came of it.</summary>
internal interface ILoadWorker : IDisposable
{
    LatencyHistogram Latencies { get; }

    /// <summary>How often each <see cref="LoadFault"/> was seen.</summary>
    long[] Faults { get; }

    /// <summary>What was answered in the window.</summary>
    long Messages { get; }

    /// <summary>What came back right in the window.</summary>
    long Bytes { get; }

    /// <summary>Connects before the clock starts.</summary>
    void Connect();

    /// <summary>Loads the server until the window is over.</summary>
    void Run();
}
