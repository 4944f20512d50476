using System.Net.Sockets;

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
    private static readonly TimeSpan s_computes = TimeSpan.FromMilliseconds(5); // of a period: with a processor to share, too

    private readonly SemaphoreSlim _wake = new(0);
    private EventLoop[] _loops = [];
    private int _asleep;

    /// <summary>Looks after these loops from now on, for good. Called once.</summary>
    /// <exception cref="SocketException">The system has no thread left for it.</exception>
    public void Start(EventLoop[] loops)
    {
        _loops = loops;
        if (!LoopThread.TryStart(Live, "RxGlisten event loop monitor"))
            throw new SocketException((int)SocketError.NoBufferSpaceAvailable, "No thread can be made for an event loop");
    }

    /// <summary>A loop has woken. After a fence: either this sees the monitor asleep, or the monitor sees the loop awake.</summary>
    public void Notice()
    {
        if (Volatile.Read(ref _asleep) != 0 && Interlocked.Exchange(ref _asleep, 0) != 0)
            _wake.Release();
    }

    private void Live()
    {
        var seen = new Seen[_loops.Length];
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
    private static bool Look(EventLoop loop, ref Seen seen)
    {
        var (turn, turns) = (loop.Turn, loop.Turns);
        if (turn != 0 && turn == seen.Turn)
            seen.Looks++;
        else
            seen = new Seen { Turn = turn, Turns = seen.Turns, Looks = 1 };
        if (turn == 0 && turns == seen.Turns)
            return false;
        seen.Turns = turns;
        if (seen.Looks == LooksThatBlock - 1)
            seen.Computed = loop.Thread?.Computed;
        else if (seen.Looks >= LooksThatBlock && loop.IsAwaited && !WaitsForAProcessor(loop.Thread, seen.Computed))
            HandOver(loop, turn, ref seen);
        return true;
    }

    /// <summary>
    /// Whether it is not the turn that lasts: on a machine that has more to do than it can, its thread may have to wait for as long. One that computes all the time
    /// while others wait holds them up like one that sleeps.
    /// </summary>
    private static bool WaitsForAProcessor(NativeThread? thread, TimeSpan? computed) =>
        thread is not null && thread.Computed - computed < s_computes && thread.IsRunnable;

    private static void HandOver(EventLoop loop, long turn, ref Seen seen)
    {
        // Before there is a thread for it: who blocks is to learn of it where there is none, too.
        seen.IsTold = seen.IsTold || loop.TellBlocked(turn);
        if (!seen.IsTold || LoopThread.TryTake() is not { } thread)
            return; // at the next look, perhaps
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

    /// <summary>What the last look saw.</summary>
    private struct Seen
    {
        public long Turn;
        public long Turns;
        public int Looks;          // at the turn
        public TimeSpan? Computed; // by its thread, ever, at the look before the first at which it may count as blocking
        public bool IsTold;        // its member was, that it blocks
    }
}
