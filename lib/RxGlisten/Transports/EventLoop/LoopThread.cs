using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// A thread that is a loop, or was one until a turn of it blocked, or waits to be one. Those that nobody needs end after a while.
/// </summary>
internal sealed class LoopThread
{
    // So many handlers may block at a time without holding up others.
    private const int MostThreads = 512;

    private static readonly TimeSpan s_spareTime = TimeSpan.FromSeconds(10);
    private static readonly Lock s_gate = new();
    private static readonly List<LoopThread> s_spares = [];
    private static int s_threads;
    private static ExecutionContext? s_clean;

    private readonly SemaphoreSlim _given = new(0);
    private EventLoop? _loop;

    private LoopThread()
    {
    }

    /// <summary>A thread for a new loop, however many there are. It is to be given it, or given back.</summary>
    /// <exception cref="SocketException">The system has none left.</exception>
    public static LoopThread Take()
    {
        lock (s_gate)
            s_threads++;
        return Started() ?? throw new SocketException((int)SocketError.NoBufferSpaceAvailable, "No thread can be made for an event loop");
    }

    /// <summary>A thread that waits for a loop; null when there are too many, or the system has none left. It is to be given one, or given back.</summary>
    public static LoopThread? TryTake()
    {
        lock (s_gate)
        {
            if (s_spares is [.., var spare])
            {
                s_spares.RemoveAt(s_spares.Count - 1);
                return spare;
            }

            if (s_threads >= MostThreads)
                return null;
            s_threads++;
        }

        return Started();
    }

    /// <summary>Starts a thread that does not keep the process alive; false when the system has none left.</summary>
    public static bool TryStart(ThreadStart body, string name)
    {
        try
        {
            new Thread(body) { IsBackground = true, Name = name }.UnsafeStart();
            return true;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return false;
        }
    }

    /// <summary>Is this loop from now on.</summary>
    public void Give(EventLoop loop)
    {
        _loop = loop;
        _given.Release();
    }

    /// <summary>It is not needed, for now.</summary>
    public void GiveBack()
    {
        lock (s_gate)
            s_spares.Add(this);
    }

    /// <summary>What user code may have left on the thread goes: the next turn is another connection's.</summary>
    public static void Tidy()
    {
        if (ExecutionContext.Capture() != s_clean) // null where it left the flow suppressed
            ExecutionContext.Restore(s_clean!); // there is one since the first of these threads began
        if (SynchronizationContext.Current is not null)
            SynchronizationContext.SetSynchronizationContext(null);
    }

    /// <summary>One more, which was counted.</summary>
    private static LoopThread? Started()
    {
        var thread = new LoopThread();
        if (TryStart(thread.Live, "RxGlisten event loop"))
            return thread;
        lock (s_gate)
            s_threads--;
        return null;
    }

    private void Live()
    {
        s_clean ??= ExecutionContext.Capture(); // of a thread that ran nothing yet, and that took nothing over from who made it
        var self = NativeThread.OfCaller();
        while (true)
        {
            if (!_given.Wait(s_spareTime) && TryEnd())
                return;
            var loop = _loop!; // given before this was woken
            _loop = null;
            loop.Run(self);
            GiveBack();
        }
    }

    private bool TryEnd()
    {
        lock (s_gate)
        {
            if (s_spares.Remove(this))
            {
                s_threads--;
                return true;
            }
        }

        _given.Wait(); // it was taken a moment ago
        return false;
    }
}
