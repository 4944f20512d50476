using System.Diagnostics;

namespace RxGlisten;

/// <summary>
/// A connection or a listener of an event loop, and the executor of what is above it. Its turns run on the loop; once one of them has blocked the
/// loop, they run on the thread pool, until so many deliveries in a row were quick.
/// </summary>
/// <param name="loop">Its loop, for good.</param>
/// <param name="blocked">Told, on the pool, when a turn blocked the loop; null when nobody wants to know.</param>
internal abstract class LoopMember(EventLoop loop, Action? blocked) : ITransportExecutor, IHasThreadsAside, IThreadPoolWorkItem
{
    private LoopAbsence _absence;
    private int _deferred; // events that the pool has not taken up

    /// <summary>Its number in the loop.</summary>
    public ulong Token { get; set; }

    /// <inheritdoc/>
    public ITransportExecutor Aside => PoolExecutor.Instance;

    /// <summary>Its loop.</summary>
    protected EventLoop Loop => loop;

    /// <inheritdoc/>
    public void Post(IThreadPoolWorkItem work)
    {
        if (_absence.IsOn)
            RunOffLoop(work);
        else
            loop.Post(new LoopTurn(this, work, default));
    }

    /// <inheritdoc/>
    public void Run(IThreadPoolWorkItem work) => work.Execute();

    /// <summary>Events of its descriptor, on the loop.</summary>
    public void OnReady(ReadyEvents events)
    {
        if (_absence.IsOn)
            Defer(events);
        else
            Handle(events);
    }

    /// <summary>Work that was posted, on the loop.</summary>
    public void OnPosted(IThreadPoolWorkItem work)
    {
        if (_absence.IsOn)
            RunOffLoop(work);
        else
            work.Execute();
    }

    /// <summary>Its running turn blocks the loop, which goes on without it where there is another thread for it.</summary>
    public void OnBlocked()
    {
        _absence.Begin();
        if (blocked is not null)
            ThreadPool.UnsafeQueueUserWorkItem(static told => told(), blocked, preferLocal: false);
    }

    /// <summary>Events of its descriptor, on the pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        var events = (ReadyEvents)Interlocked.Exchange(ref _deferred, 0);
        var start = Stopwatch.GetTimestamp();
        if (Handle(events))
            _absence.Delivered(Stopwatch.GetTimestamp() - start);
    }

    /// <summary>Sees to it that <see cref="Handle"/> is called with these events, later.</summary>
    protected void PostReady(ReadyEvents events)
    {
        if (_absence.IsOn)
            Defer(events);
        else
            loop.Post(new LoopTurn(this, null, events));
    }

    /// <summary>Does what the events allow. May be called on several threads at a time while one of the calls blocks.</summary>
    /// <returns>Whether something was delivered.</returns>
    protected abstract bool Handle(ReadyEvents events);

    private void RunOffLoop(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(new OffLoopTurn(this, work), preferLocal: false);

    private void Defer(ReadyEvents events)
    {
        if (Interlocked.Or(ref _deferred, (int)events) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Posted work, on the pool.</summary>
    private sealed class OffLoopTurn(LoopMember member, IThreadPoolWorkItem work) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            var start = Stopwatch.GetTimestamp();
            work.Execute();
            member._absence.Worked(Stopwatch.GetTimestamp() - start);
        }
    }
}
