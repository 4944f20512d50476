using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// A listening end on an event loop: one socket, looked after by one loop, whose connections are dealt out to all loops. Accepts are completed in
/// the loop's turns, so many at a time.
/// </summary>
internal sealed class EventLoopListener : LoopMember, ITransportListener
{
    // A flood of clients is not to keep the loop from its connections.
    private const int MostAtOnce = 64;

    private readonly EventLoops _loops;
    private readonly ListeningSocket _listening;
    private readonly bool _hasOneAddress;
    private readonly TransportSettings _settings;
    private readonly bool _tunesEach;
    private readonly Lock _gate = new();
    private readonly LinkedList<EventLoopAccept> _waiting = new();
    private readonly Stack<EventLoopAccept> _free = new();
    private int _edges;      // told, ever
    private bool _isReady;
    private bool _accepting; // somebody has the right to
    private bool _offered;   // ... or may take it: the turn that is posted, or who posted it and comes back to it before
    private bool _posted;    // that turn was not begun
    private bool _disposed;

    private EventLoopListener(ListeningSocket listening, EventLoops loops, EventLoop loop, TransportSettings settings)
        : base(loop, settings.Blocked)
    {
        _loops = loops;
        _listening = listening;
        _settings = settings;
        _tunesEach = listening.LocalEndPoint is not IPEndPoint; // TCP sockets inherit all options from the one that listens, unix sockets none
        // Where it listens on one address, its connections have that address too; asking each would cost a system call.
        _hasOneAddress = listening.LocalEndPoint is not IPEndPoint { Address: var address }
            || !(address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));
    }

    public EndPoint LocalEndPoint => _listening.LocalEndPoint;

    public ITransportExecutor Executor => this;

    /// <summary>Takes a socket that listens.</summary>
    /// <exception cref="SocketException">The loop can't look after it; it is still the caller's.</exception>
    public static EventLoopListener Open(ListeningSocket listening, EventLoops loops, TransportSettings settings)
    {
        listening.Socket.Blocking = false;
        var loop = loops.Next();
        var listener = new EventLoopListener(listening, loops, loop, settings);
        if (!loop.TryAdd(listener, (int)listening.Socket.Handle, ReadyEvents.Input))
            throw new SocketException((int)NativeError.ToSocketError(NativeError.Last));
        return listener;
    }

    public ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
    {
        EventLoopAccept? accept;
        lock (_gate)
            _free.TryPop(out accept);
        accept ??= new EventLoopAccept(this);
        var task = accept.Begin(cancellation);
        bool waits, posts;
        lock (_gate)
        {
            waits = !_disposed && !accept.IsCancelled;
            if (waits)
                _waiting.AddLast(accept.Place);
            posts = TakeRight() && Offer();
        }

        if (posts)
            PostReady(ReadyEvents.GoOn);
        if (!waits)
            accept.Execute();
        return task;
    }

    /// <summary>An accept's token was cancelled.</summary>
    public void Cancel(EventLoopAccept accept)
    {
        lock (_gate)
        {
            accept.IsCancelled = true;
            if (accept.Place.List is null)
                return; // it is not in the line yet, or its connection is on its way, and it is put back, to be ended, if there is none
            _waiting.Remove(accept.Place);
        }

        Post(accept);
    }

    /// <summary>An accept is over and its result taken.</summary>
    public void Reuse(EventLoopAccept accept)
    {
        lock (_gate)
            _free.Push(accept);
    }

    public void Dispose()
    {
        EventLoopAccept[] ended;
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            ended = [.. _waiting];
            _waiting.Clear();
        }

        Loop.Remove(this);
        _listening.Dispose();
        foreach (var accept in ended)
            Post(accept);
    }

    /// <inheritdoc/>
    protected override bool Handle(ReadyEvents events)
    {
        var accepts = false;
        lock (_gate)
        {
            if ((events & ReadyEvents.GoOn) != 0)
            {
                _posted = false;
                accepts = TakeOffered();
            }

            if ((events & ~ReadyEvents.GoOn) != 0)
            {
                _edges++;
                _isReady = true;
                accepts |= TakeRight();
            }
        }

        return accepts && AcceptWaiting();
    }

    private bool TakeRight()
    {
        if (_accepting || !_isReady || _waiting.Count == 0)
            return false;
        return _accepting = true;
    }

    /// <summary>With the right: leaves it to a turn that is posted, if there is none.</summary>
    /// <returns>Whether it is to be posted.</returns>
    private bool Offer()
    {
        _offered = true;
        if (_posted)
            return false;
        return _posted = true;
    }

    private bool TakeOffered()
    {
        var offered = _offered;
        _offered = false;
        return offered;
    }

    /// <summary>With the right to accept: gives connections to those who wait, until there are none of the one or the other.</summary>
    /// <returns>Whether somebody got one.</returns>
    private bool AcceptWaiting()
    {
        var delivered = false;
        for (var i = 0; i < MostAtOnce; i++)
        {
            EventLoopAccept accept;
            int edges;
            lock (_gate)
            {
                _accepting = false;
                if (!TakeRight())
                    return delivered;
                accept = _waiting.First!.Value; // TakeRight saw it
                _waiting.RemoveFirst();
                edges = _edges;
            }

            var accepted = Accept();
            if (accepted.Error == SocketError.WouldBlock)
            {
                PutBack(accept, edges);
                continue;
            }

            // Who gets it may take his time with it, and nobody else is to wait for that: another thread, then, does the turn that is posted.
            bool posts;
            lock (_gate)
            {
                _accepting = false;
                posts = TakeRight() && Offer();
            }

            if (posts)
                PostReady(ReadyEvents.GoOn);
            delivered = true;
            accept.Complete(accepted);
            lock (_gate)
            {
                if (i == MostAtOnce - 1 || !TakeOffered())
                    return true;
            }
        }

        // None of the last ones found a connection.
        lock (_gate)
            Offer();
        PostReady(ReadyEvents.GoOn);
        return delivered;
    }

    private void PutBack(EventLoopAccept accept, int edges)
    {
        bool ends;
        lock (_gate)
        {
            if (_edges == edges)
                _isReady = false;
            ends = _disposed || accept.IsCancelled;
            if (!ends)
                _waiting.AddFirst(accept.Place);
        }

        if (ends)
            Post(accept);
    }

    private AcceptResult Accept()
    {
        var handle = _listening.Socket.SafeHandle;
        var used = false;
        try
        {
            handle.DangerousAddRef(ref used);
            var descriptor = NativeSocket.Accept((int)handle.DangerousGetHandle(), out var remote, out var error);
            if (descriptor < 0)
                return new AcceptResult(null, error);
            var local = _hasOneAddress ? LocalEndPoint : NativeSocket.LocalEndPoint(descriptor) ?? LocalEndPoint;
            if (_tunesEach && NativeSocket.Tune(descriptor, AddressFamily.Unix, _settings) is not SocketError.Success and var refused)
            {
                NativeSocket.Close(descriptor);
                return new AcceptResult(null, refused);
            }

            return new AcceptResult(EventLoopConnection.Open(descriptor, local, remote, _loops.Next(), _settings.Blocked, null, out error), error);
        }
        catch (ObjectDisposedException)
        {
            return new AcceptResult(null, SocketError.OperationAborted);
        }
        finally
        {
            if (used)
                handle.DangerousRelease();
        }
    }
}
