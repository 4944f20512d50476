namespace RxGlisten;

/// <summary>
/// Looks after all loops on one thread: where a turn lasts too long while others wait, another thread takes the loop over. It looks now and then while
/// there are turns, and sleeps without a timer while there are none.
/// </summary>
internal static class LoopMonitor
{
    // A turn that is seen three times blocks: it lasts for two periods, and less than three.
    private const int MostLooks = 3;
    private const int QuietPeriods = 5;

    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(10);
    private static readonly SemaphoreSlim s_wake = new(0);
    private static EventLoop[] s_loops = [];
    private static int s_asleep;

    /// <summary>Looks after these loops from now on. Called once.</summary>
    public static void Watch(EventLoop[] loops)
    {
        s_loops = loops;
        new Thread(Live) { IsBackground = true, Name = "RxGlisten event loop monitor" }.UnsafeStart();
    }

    /// <summary>A loop wakes up. After a fence: either this sees the monitor asleep, or the monitor sees the loop awake.</summary>
    public static void Notice()
    {
        if (Volatile.Read(ref s_asleep) != 0 && Interlocked.Exchange(ref s_asleep, 0) != 0)
            s_wake.Release();
    }

    private static void Live()
    {
        var loops = s_loops;
        var seen = new long[loops.Length];
        var looks = new int[loops.Length];
        var turns = new long[loops.Length];
        var quiet = 0;
        while (true)
        {
            Thread.Sleep(s_period);
            quiet++;
            for (var i = 0; i < loops.Length; i++)
            {
                var loop = loops[i];
                var turn = loop.Turn;
                if (turn != 0 || loop.Turns != turns[i])
                    quiet = 0;
                turns[i] = loop.Turns;
                looks[i] = turn != 0 && turn == seen[i] ? looks[i] + 1 : 1;
                seen[i] = turn;
                if (turn != 0 && looks[i] >= MostLooks)
                    HandOver(loop, turn);
            }

            if (quiet >= QuietPeriods)
            {
                quiet = 0;
                Sleep(loops);
            }
        }
    }

    private static void HandOver(EventLoop loop, long turn)
    {
        if (LoopThread.TryTake() is not { } thread)
            return;
        if (loop.TryTakeOver(turn))
            thread.Give(loop);
        else
            thread.GiveBack();
    }

    private static void Sleep(EventLoop[] loops)
    {
        Interlocked.Exchange(ref s_asleep, 1);
        foreach (var loop in loops)
        {
            if (loop.IsSleeping)
                continue;
            // It may have woken before it could see this one asleep. If it did see it, there is a wake-up on its way.
            if (Interlocked.Exchange(ref s_asleep, 0) != 0)
                return;
            break;
        }

        s_wake.Wait();
    }
}
