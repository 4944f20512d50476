using System.ComponentModel;
using System.Reactive.Linq;
using System.Runtime.InteropServices;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Transports.EventLoop.Doubles;

/// <summary>An echo server that may, after a while, make no thread any more. What begins with "block" blocks until it is told to go on.</summary>
internal static class FewThreads
{
    private const int ThreadLimit = 6; // RLIMIT_NPROC

    /// <summary>Says where it listens, does what it is told ("refuse" or "allow" threads, "release" what blocks), and says "blocked" when that was counted.</summary>
    public static async Task RunAsync()
    {
        using var release = new ManualResetEventSlim();
        var refuses = false;
        using var meters = new MeterTap((name, count) =>
        {
            if (name == "rxglisten.callbacks.blocked" && Volatile.Read(ref refuses)) // what comes first may take its time
                Console.WriteLine("blocked");
        });
        ThreadPool.SetMinThreads(4, 4);
        await using var listener = RxServer.Bind("tcp://127.0.0.1:0", new ServerOptions { Transport = TransportKind.EventLoop, MeterFactory = meters });
        using var serving = listener.Serve(connection => connection.Inbound.Bytes().Do(bytes =>
        {
            if (bytes.Span.StartsWith("block"u8))
                release.Wait();
        })).Subscribe();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Thread.Sleep(50)))); // so many threads the pool has, and keeps for a while
        Console.WriteLine(listener.LocalEndPoint);
        while (Console.In.ReadLine() is { } line)
        {
            switch (line)
            {
                case "refuse":
                    Limit(1);
                    while (LoopThread.TryTake() is not null)
                    {
                    }

                    Volatile.Write(ref refuses, true);
                    break;
                case "allow":
                    Limit(null);
                    break;
                default:
                    release.Set();
                    break;
            }

            Console.WriteLine(line);
        }
    }

    private static void Limit(ulong? threads)
    {
        // Root is let have as many as it likes.
        if (GetUser() == 0 && SetUsers(54_321, 54_321, 54_321) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        var limit = new ResourceLimit();
        if (GetLimit(ThreadLimit, ref limit) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        limit.Soft = threads ?? limit.Hard;
        if (SetLimit(ThreadLimit, ref limit) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [DllImport("libc", EntryPoint = "getuid")]
    private static extern uint GetUser();

    [DllImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static extern int SetUsers(uint real, uint effective, uint saved);

    [DllImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static extern int GetLimit(int what, ref ResourceLimit limit);

    [DllImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static extern int SetLimit(int what, ref ResourceLimit limit);

    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
