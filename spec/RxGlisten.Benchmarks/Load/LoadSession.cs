using System.Diagnostics;

namespace RxGlisten.Benchmarks.Load;

/// <summary>One measurement: the workers run on their threads, this one reads clock and counters at both ends of the window.</summary>
internal sealed class LoadSession(LoadOptions options)
{
    private readonly LoadWindow _window = new();
    private readonly Pattern _pattern = new();

    public LoadResult Run() => options.Mode == LoadMode.Idle ? RunIdle() : RunWindow();

    private LoadResult RunWindow()
    {
        ILoadWorker[] workers = options.Tls
            ? [new TlsWorker(options, _window, _pattern)]
            : [.. Enumerable.Range(0, options.Threads).Select(Worker)];
        long residentBefore = ProcessUsage.Read(options.ServerId).ResidentKiB;
        Parallel(workers, worker => worker.Connect()).ForEach(thread => thread.Join());
        List<Thread> running = Parallel(workers, worker => worker.Run());
        Thread.Sleep(options.WarmUp);

        ProcessUsage before = ProcessUsage.Read(options.ServerId);
        double loadBefore = OwnCpuSeconds();
        _window.Open();
        long begin = Clock.Now;
        Thread.Sleep(options.Duration);
        long end = Clock.Now;
        ProcessUsage after = ProcessUsage.Read(options.ServerId);
        double loadAfter = OwnCpuSeconds();
        _window.Close();

        running.ForEach(thread => thread.Join());
        return Collect(workers) with
        {
            Seconds = Clock.Seconds(begin, end),
            ServerCpuSeconds = after.CpuSeconds - before.CpuSeconds,
            LoadCpuSeconds = loadAfter - loadBefore,
            ResidentBefore = residentBefore,
            ResidentAfter = after.ResidentKiB,
            Connections = options.Connections,
        };
    }

    /// <summary>
    /// A few connections first, so that the code they load isn't counted as memory of the idle ones; then all of them.
    /// </summary>
    private LoadResult RunIdle()
    {
        using (IdleWorker first = new(options with { Connections = 16 }, _window, _pattern))
        {
            first.Connect();
            first.Run();
        }
        Thread.Sleep(options.WarmUp);
        using IdleWorker worker = new(options, _window, _pattern);
        ProcessUsage before = ProcessUsage.Read(options.ServerId);
        long begin = Clock.Now;
        worker.Connect();
        Thread.Sleep(options.Duration);
        ProcessUsage idle = ProcessUsage.Read(options.ServerId);
        worker.Run();
        ProcessUsage after = ProcessUsage.Read(options.ServerId);
        return Collect([worker]) with
        {
            Seconds = Clock.Seconds(begin, Clock.Now),
            ServerCpuSeconds = after.CpuSeconds - before.CpuSeconds,
            ResidentBefore = before.ResidentKiB,
            ResidentIdle = idle.ResidentKiB,
            ResidentAfter = after.ResidentKiB,
            Connections = worker.OpenConnections,
        };
    }

    private LoadWorker Worker(int number) => options.Mode switch
    {
        LoadMode.PingPong => new PingPongWorker(options, _window, _pattern, number),
        LoadMode.Stream => new StreamWorker(options, _window, _pattern, number),
        LoadMode.Broadcast => new BroadcastWorker(options, _window, _pattern),
        LoadMode.Churn => new ChurnWorker(options, _window, _pattern, number),
        _ => throw new ArgumentOutOfRangeException(nameof(number), options.Mode, "has no worker"),
    };

    private static List<Thread> Parallel(ILoadWorker[] workers, Action<ILoadWorker> step)
    {
        List<Thread> threads = [.. workers.Select(worker => new Thread(() => step(worker)) { IsBackground = true, Name = "load" })];
        threads.ForEach(thread => thread.Start());
        return threads;
    }

    private static LoadResult Collect(IReadOnlyList<ILoadWorker> workers)
    {
        LatencyHistogram latencies = new();
        foreach (ILoadWorker worker in workers) latencies.Add(worker.Latencies);
        return new LoadResult
        {
            Messages = workers.Sum(worker => worker.Messages),
            Bytes = workers.Sum(worker => worker.Bytes),
            P50Microseconds = latencies.Microseconds(0.5),
            P99Microseconds = latencies.Microseconds(0.99),
            Faults = Enum.GetValues<LoadFault>()
                .Select(fault => (Name: fault.ToString(), Count: workers.Sum(worker => worker.Faults[(int)fault])))
                .Where(fault => fault.Count > 0)
                .ToDictionary(fault => fault.Name, fault => fault.Count),
        };
    }

    private static double OwnCpuSeconds()
    {
        using Process self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds;
    }
}
