namespace RxGlisten;

/// <summary>
/// Looks after loops, on a thread of its own: where a turn lasts too long while others wait, another thread takes the loop over. It looks now and then
/// while there are turns, and sleeps without a timer while there are none.
/// </summary>
internal sealed class LoopMonitor
{
    // A turn that is seen three times blocks: it lasts for two periods, and less than three.
    private const int LooksThatBlock = 3;
    private const int QuietLooks = 5;

    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(10);

    private readonly SemaphoreSlim _wake = new(0);
    private EventLoop[] _loops = [];
    private int _asleep;

    /// <summary>Looks after these loops from now on, for good. Called once.</summary>
    public void Start(EventLoop[] loops)
    {
        _loops = loops;
        new Thread(Live) { IsBackground = true, Name = "RxGlisten event loop monitor" }.UnsafeStart();
    }

    /// <summary>A loop has woken. After a fence: either this sees the monitor asleep, or the monitor sees the loop awake.</summary>
    public void Notice()
    {
        if (Volatile.Read(ref _asleep) != 0 && Interlocked.Exchange(ref _asleep, 0) != 0)
            _wake.Release();
    }

    private void Live()
    {
        var seen = new (long Turn, long Turns, int Looks)[_loops.Length];
        var quiet = 0;
        while (true)
        {
            Thread.Sleep(s_period);
            quiet++;
            for (var i = 0; i < seen.Length; i++)
            {
                if (Look(_loops[i], ref seen[i]))
                    quiet = 0;
            }

            if (quiet < QuietLooks)
                continue;
            quiet = 0;
            Sleep();
        }
    }

    /// <summary>Whether there were turns since the last look, or is one.</summary>
    private static bool Look(EventLoop loop, ref (long Turn, long Turns, int Looks) seen)
    {
        var (turn, turns) = (loop.Turn, loop.Turns);
        seen.Looks = turn != 0 && turn == seen.Turn ? seen.Looks + 1 : 1;
        seen.Turn = turn;
        if (turn == 0 && turns == seen.Turns)
            return false;
        seen.Turns = turns;
        if (turn != 0 && seen.Looks >= LooksThatBlock)
            HandOver(loop, turn);
        return true;
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

    private void Sleep()
    {
        Interlocked.Exchange(ref _asleep, 1);
        foreach (var loop in _loops)
        {
            // One that woke before it could see this asleep; if it did see it, the semaphore is released.
            if (!loop.IsSleeping && Interlocked.Exchange(ref _asleep, 0) != 0)
                return;
        }

        _wake.Wait();
    }
}
