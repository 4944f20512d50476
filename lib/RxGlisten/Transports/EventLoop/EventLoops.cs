using System.Runtime.InteropServices;

namespace RxGlisten;

/// <summary>
/// The loops of the process, shared by all listeners and clients. They are made with the first and stay, on background threads that end with the
/// process: a loop without descriptors sleeps and costs nothing but its thread.
/// </summary>
internal static class EventLoops
{
    private static readonly Lock s_gate = new();
    private static EventLoop[]? s_loops;
    private static int s_last = -1;

    /// <summary>Whether this system has what it takes.</summary>
    public static bool AreSupported =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>A loop for the next descriptor: one after the other.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The first needs descriptors of its own, and there are none.</exception>
    public static EventLoop Next()
    {
        var loops = Volatile.Read(ref s_loops) ?? Start();
        return loops[(uint)Interlocked.Increment(ref s_last) % (uint)loops.Length];
    }

    private static EventLoop[] Start()
    {
        lock (s_gate)
        {
            if (s_loops is not null)
                return s_loops;
            var loops = new EventLoop[Count()];
            for (var i = 0; i < loops.Length; i++)
                loops[i] = new EventLoop();
            foreach (var loop in loops)
                LoopThread.TryTake()!.Give(loop); // there are none yet
            LoopMonitor.Watch(loops);
            Volatile.Write(ref s_loops, loops);
            return loops;
        }
    }

    private static int Count() => int.TryParse(Environment.GetEnvironmentVariable("RXG_LOOPS"), out var n) ? n : Math.Max(1, Environment.ProcessorCount / 2);
}
