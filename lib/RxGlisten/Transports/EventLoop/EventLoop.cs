using System.Collections.Concurrent;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// An event loop: waits for events, and does the turns of its members one after the other. The role of being the loop belongs to one thread at a
/// time: a turn that blocks loses it to another thread, which goes on with the rest of the batch, while the blocked one finishes its turn and
/// leaves. All fields but those that say otherwise belong to the role.
/// </summary>
internal sealed unsafe class EventLoop : IDisposable
{
    private readonly LoopMonitor _monitor;
    private readonly Epoll _epoll = new();
    private readonly LoopMembers _members = new();
    private readonly ConcurrentQueue<LoopTurn> _posted = new();
    private readonly int _alarm; // an eventfd that is written to and never read: each write is an edge
    private LoopSpin _spin;
    private int _next;           // of the events
    private long _turns;
    private long _turn;          // the number of the turn under way, 0 between turns; who changes it to 0 has the role
    private LoopMember? _running;
    private NativeThread? _thread;
    private int _sleeping;       // 1 while it may be waiting for events with nothing posted

    /// <exception cref="SocketException">There are no descriptors left.</exception>
    public EventLoop(LoopMonitor monitor)
    {
        _monitor = monitor;
        _alarm = Libc.EventDescriptor(0, Libc.CloseOnExec | Libc.NonBlocking);
        if (_alarm >= 0 && _epoll.TryAdd(_alarm, ReadyEvents.Input, 0))
            return;
        var error = NativeError.ToSocketError(NativeError.Last);
        Dispose();
        throw new SocketException((int)error, "No event loop can be made");
    }

    /// <summary>The thread that is the loop, or has been a moment ago; null before the first. Any thread.</summary>
    public NativeThread? Thread => Volatile.Read(ref _thread);

    /// <summary>Whether others wait while a turn is under way. Any thread; a guess once that is over.</summary>
    public bool IsAwaited => _next != _epoll.Count || !_posted.IsEmpty || _epoll.HasEvents;

    /// <summary>Whether it waits for events. Any thread.</summary>
    public bool IsSleeping => Volatile.Read(ref _sleeping) != 0;

    /// <summary>The turn under way, 0 for none. Any thread.</summary>
    public long Turn => Volatile.Read(ref _turn);

    /// <summary>How many turns there were. Any thread.</summary>
    public long Turns => Volatile.Read(ref _turns);

    /// <summary>Looks after a descriptor from now on, until it is closed; false with an error number when the system won't. Any thread.</summary>
    public bool TryAdd(LoopMember member, int descriptor, ReadyEvents interest)
    {
        _members.Add(member);
        if (_epoll.TryAdd(descriptor, interest, member.Token))
            return true;
        _members.Remove(member);
        return false;
    }

    /// <summary>Gives a member's descriptor to another one, who is told what is ready at this moment. Any thread.</summary>
    public void Replace(LoopMember member, LoopMember next, int descriptor, ReadyEvents interest)
    {
        _members.Add(next);
        Modify(next, descriptor, interest);
        _members.Remove(member);
    }

    /// <summary>Changes what a member is told of. Any thread.</summary>
    public void Modify(LoopMember member, int descriptor, ReadyEvents interest) => _ = _epoll.TryModify(descriptor, interest, member.Token);

    /// <summary>Tells a member nothing from now on; to be called before its descriptor is closed. Any thread.</summary>
    public void Remove(LoopMember member) => _members.Remove(member);

    /// <summary>Has a turn done, after those posted before; never inside this call. Any thread.</summary>
    public void Post(LoopTurn turn)
    {
        _posted.Enqueue(turn);
        Interlocked.MemoryBarrier(); // the loop says that it sleeps and then looks at the queue: one of the two sees the other
        if (IsSleeping && Interlocked.Exchange(ref _sleeping, 0) != 0)
        {
            var one = 1UL;
            _ = Libc.Write(_alarm, &one, sizeof(ulong));
        }
    }

    /// <summary>Is the loop, until a turn on this thread loses the role.</summary>
    /// <param name="thread">This thread.</param>
    public void Run(NativeThread thread)
    {
        Volatile.Write(ref _thread, thread);
        while (DoEvents() && DoPosted())
            Wait();
    }

    /// <summary>Tells the member whose turn it is that it blocks the loop; false when the turn is over. Any thread.</summary>
    public bool TellBlocked(long turn)
    {
        var running = Volatile.Read(ref _running);
        if (Turn != turn)
            return false;
        running!.OnBlocked(); // it was read while the turn was under way, whose member it is
        return true;
    }

    /// <summary>
    /// Takes the role from the turn, if that is still under way; the caller has the role then, and is to <see cref="Run"/> it on another thread. Any thread.
    /// </summary>
    public bool TryTakeOver(long turn) => Interlocked.CompareExchange(ref _turn, 0, turn) == turn;

    /// <summary>Gives back what it has; for one that never ran.</summary>
    public void Dispose()
    {
        if (_alarm >= 0)
            _ = Libc.Close(_alarm);
        _epoll.Dispose();
    }

    private bool DoEvents()
    {
        while (_next < _epoll.Count)
        {
            var index = _next++;
            if (_members.Find(_epoll.TokenAt(index)) is { } member && !Do(new LoopTurn(member, null, _epoll.EventsAt(index))))
                return false;
        }

        return true;
    }

    private bool DoPosted()
    {
        // Those that are posted meanwhile come after the events that came meanwhile.
        for (var rest = _posted.IsEmpty ? 0 : _posted.Count; rest > 0 && _posted.TryDequeue(out var turn); rest--)
        {
            if (!Do(turn))
                return false;
        }

        return true;
    }

    /// <summary>Does a turn; false when it lost the role, and nothing of the loop may be touched any more.</summary>
    private bool Do(in LoopTurn turn)
    {
        var number = ++_turns;
        _running = turn.Member;
        Volatile.Write(ref _turn, number);
        turn.Run();
        LoopThread.Tidy();
        if (Interlocked.CompareExchange(ref _turn, 0, number) != number)
            return false;
        _running = null;
        return true;
    }

    private void Wait()
    {
        if (!_posted.IsEmpty)
        {
            _epoll.Wait(blocks: false);
        }
        else if (!Spin())
        {
            Interlocked.Exchange(ref _sleeping, 1);
            _epoll.Wait(blocks: _posted.IsEmpty);
        }

        Interlocked.Exchange(ref _sleeping, 0); // and a fence, for the monitor
        _next = 0;
        _monitor.Notice();
    }

    /// <summary>Looks for events, and at what is posted, for a while; true when there is something to do.</summary>
    private bool Spin()
    {
        if (!_spin.TryBegin(_epoll.Count))
            return false;
        do
        {
            _epoll.Wait(blocks: false);
            if (_epoll.Count > 0 || !_posted.IsEmpty)
            {
                _spin.Succeed();
                return true;
            }
        }
        while (!_spin.IsOver());
        return false;
    }
}
