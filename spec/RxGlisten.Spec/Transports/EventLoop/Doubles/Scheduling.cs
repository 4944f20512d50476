using System.ComponentModel;
using System.Runtime.InteropServices;

namespace RxGlisten.Spec.Transports.EventLoop.Doubles;

/// <summary>What the system's scheduler is told about the calling thread (sched_setaffinity(2), sched_setscheduler(2)).</summary>
internal static class Scheduling
{
    private const int Other = 0; // SCHED_OTHER
    private const int Idle = 5;  // SCHED_IDLE

    /// <summary>Runs this thread on one processor only, the first that it may use, until disposed.</summary>
    public static IDisposable OnOneProcessor()
    {
        var all = new ulong[16];
        if (GetAffinity(0, all.Length * sizeof(ulong), all) < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        var one = new ulong[all.Length];
        var word = Array.FindIndex(all, bits => bits != 0);
        one[word] = all[word] & (~all[word] + 1);
        Set(one);
        return System.Reactive.Disposables.Disposable.Create(() => Set(all));
    }

    /// <summary>Whether a thread may become one that <see cref="Last"/> makes of it, and itself again: the way back takes a right.</summary>
    public static bool MayComeBack
    {
        get
        {
            var may = false;
            var thread = new Thread(() =>
            {
                var priority = 0;
                may = SetPolicy(0, Idle, ref priority) == 0 && SetPolicy(0, Other, ref priority) == 0;
            });
            thread.Start();
            thread.Join();
            return may;
        }
    }

    /// <summary>Runs this thread only where no other wants to, until disposed.</summary>
    public static IDisposable Last()
    {
        Set(Idle);
        return System.Reactive.Disposables.Disposable.Create(() => Set(Other));
    }

    private static void Set(int policy)
    {
        var priority = 0;
        if (SetPolicy(0, policy, ref priority) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private static void Set(ulong[] processors)
    {
        if (SetAffinity(0, processors.Length * sizeof(ulong), processors) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [DllImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static extern int GetAffinity(int thread, nint bytes, [Out] ulong[] processors);

    [DllImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static extern int SetAffinity(int thread, nint bytes, ulong[] processors);

    [DllImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static extern int SetPolicy(int thread, int policy, ref int priority);
}
