using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace RxGlisten;

/// <summary>
/// A set of loops. Those of the process are shared by all its listeners and clients; they are made with the first and stay, on background threads that end
/// with the process: a loop without descriptors sleeps and costs nothing but its thread.
/// </summary>
internal sealed class EventLoops
{
    private readonly EventLoop[] _loops;
    private int _last = -1;

    private static readonly Lock s_gate = new();
    private static EventLoops? s_process;

    /// <summary>Starts so many.</summary>
    /// <exception cref="SocketException">There are no descriptors, or no threads, left for them; nothing is kept then.</exception>
    public EventLoops(int count)
    {
        var monitor = new LoopMonitor();
        var loops = new List<EventLoop>(count);
        var threads = new List<LoopThread>(count);
        try
        {
            for (var i = 0; i < count; i++)
            {
                loops.Add(new EventLoop(monitor));
                threads.Add(LoopThread.Take());
            }

            _loops = [.. loops];
            monitor.Start(_loops);
        }
        catch (SocketException)
        {
            threads.ForEach(thread => thread.GiveBack());
            loops.ForEach(loop => loop.Dispose());
            throw;
        }

        for (var i = 0; i < count; i++)
            threads[i].Give(_loops[i]);
    }

    /// <summary>Whether this system has what it takes.</summary>
    public static bool AreSupported =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Those of the process.</summary>
    /// <exception cref="SocketException">They are not made yet, and there are no descriptors, or no threads, left for them.</exception>
    public static EventLoops OfProcess
    {
        get
        {
            if (Volatile.Read(ref s_process) is { } made)
                return made;
            lock (s_gate)
            {
                if (s_process is null)
                    Volatile.Write(ref s_process, new EventLoops(CountOfProcess()));
                return s_process;
            }
        }
    }

    /// <summary>A loop for the next descriptor: one after the other.</summary>
    public EventLoop Next() => _loops[(uint)Interlocked.Increment(ref _last) % (uint)_loops.Length];

    private static int CountOfProcess() =>
        int.TryParse(AppContext.GetData("RxGlisten.EventLoops")?.ToString(), out var asked) && asked > 0 ? asked : Math.Max(1, Environment.ProcessorCount / 2);
}
