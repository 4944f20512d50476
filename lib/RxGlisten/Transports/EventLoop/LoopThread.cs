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

    private readonly SemaphoreSlim _given = new(0);
    private EventLoop? _loop;
    private bool _started;

    private LoopThread()
    {
    }

    /// <summary>A thread for a new loop. It is to be given it.</summary>
    public static LoopThread Take()
    {
        lock (s_gate)
            s_threads++;
        return new LoopThread();
    }

    /// <summary>A thread that waits for a loop; null when there are too many. It is to be given one, or given back.</summary>
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
            return new LoopThread();
        }
    }

    /// <summary>Is this loop from now on.</summary>
    public void Give(EventLoop loop)
    {
        _loop = loop;
        if (_started)
        {
            _given.Release();
            return;
        }

        _started = true;
        new Thread(Live) { IsBackground = true, Name = "RxGlisten event loop" }.UnsafeStart();
    }

    /// <summary>It is not needed after all.</summary>
    public void GiveBack()
    {
        lock (s_gate)
        {
            if (_started)
                s_spares.Add(this);
            else
                s_threads--;
        }
    }

    /// <summary>What user code may have left on the thread goes: the next turn is another connection's.</summary>
    public static void Tidy()
    {
        if (ExecutionContext.Capture() is { } context && context != CleanContext.Value)
            ExecutionContext.Restore(CleanContext.Value);
        if (SynchronizationContext.Current is not null)
            SynchronizationContext.SetSynchronizationContext(null);
    }

    private void Live()
    {
        while (true)
        {
            var loop = _loop!; // given before the thread was started, or woken
            _loop = null;
            loop.Run();
            GiveBack();
            if (!_given.Wait(s_spareTime) && TryEnd())
                return;
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

    private static class CleanContext
    {
        public static readonly ExecutionContext Value = Make();

        private static ExecutionContext Make()
        {
            // Of a thread without any: a static that is first touched inside a user's turn must not keep that one's.
            ExecutionContext? clean = null;
            var thread = new Thread(() => clean = ExecutionContext.Capture());
            thread.UnsafeStart();
            thread.Join();
            return clean!; // a new thread does not suppress the flow
        }
    }
}
