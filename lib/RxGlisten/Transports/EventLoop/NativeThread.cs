using System.Globalization;

namespace RxGlisten;

/// <summary>A thread as the system sees it (proc(5)), for who asks from another one.</summary>
internal sealed unsafe class NativeThread
{
    private const int CpuClock = 6; // CPUCLOCK_PERTHREAD_MASK and CPUCLOCK_SCHED: what pthread_getcpuclockid(3) makes of a number, without being asked on another library

    private readonly int _number; // 0: not known

    private NativeThread(int number) => _number = number;

    /// <summary>How long it has computed, ever; null where that is not known.</summary>
    public TimeSpan? Computed
    {
        get
        {
            Libc.Time time;
            return _number == 0 || Libc.GetTime((~_number << 3) | CpuClock, &time) != 0
                ? null
                : new TimeSpan((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick));
        }
    }

    /// <summary>Whether it computes, or would if there were a processor for it; false where that is not known.</summary>
    public bool IsRunnable
    {
        get
        {
            if (_number == 0)
                return false;
            try
            {
                // 4711 (its name) R ...: the name may have parentheses, what follows it none.
                var status = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{_number}/stat"));
                return status.AsSpan(status.LastIndexOf(')') + 1).TrimStart() is ['R', ..];
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>The calling thread.</summary>
    public static NativeThread OfCaller()
    {
        try
        {
            // A link to 4242/task/4711.
            var self = File.ResolveLinkTarget("/proc/thread-self", returnFinalTarget: false)?.Name;
            return new NativeThread(int.TryParse(self, CultureInfo.InvariantCulture, out var number) ? number : 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new NativeThread(0);
        }
    }
}
