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

    private readonly ListeningSocket _listening;
    private readonly bool _hasOneAddress;
    private readonly Action? _blocked;
    private readonly Lock _gate = new();
    private readonly LinkedList<EventLoopAccept> _waiting = new();
    private int _edges;      // told, ever
    private bool _isReady;
    private bool _accepting; // somebody has the right to
    private bool _disposed;

    private EventLoopListener(ListeningSocket listening, EventLoop loop, Action? blocked)
        : base(loop, blocked)
    {
        _listening = listening;
        _blocked = blocked;
        // Where it listens on one address, its connections have that address too; asking each would cost a system call.
        _hasOneAddress = listening.LocalEndPoint is not IPEndPoint { Address: var address }
            || !(address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));
    }

    public EndPoint LocalEndPoint => _listening.LocalEndPoint;

    public ITransportExecutor Executor => this;

    /// <summary>Takes a socket that listens.</summary>
    /// <exception cref="SocketException">The loop can't look after it; it is still the caller's.</exception>
    public static EventLoopListener Open(ListeningSocket listening, EventLoop loop, Action? blocked)
    {
        listening.Socket.Blocking = false;
        var listener = new EventLoopListener(listening, loop, blocked);
        if (!loop.TryAdd(listener, (int)listening.Socket.Handle, ReadyEvents.Input))
            throw new SocketException((int)NativeError.ToSocketError(NativeError.Last));
        return listener;
    }

    public ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
    {
        var accept = new EventLoopAccept();
        var place = new LinkedListNode<EventLoopAccept>(accept);
        accept.CancelBy(cancellation.UnsafeRegister(static (state, _) =>
        {
            var (listener, cancelled) = ((EventLoopListener, LinkedListNode<EventLoopAccept>))state!; // what follows
            listener.Cancel(cancelled);
        }, (this, place)));
        bool accepts;
        lock (_gate)
        {
            if (_disposed || accept.IsCancelled)
            {
                accept.Execute();
                return accept.Task;
            }

            _waiting.AddLast(place);
            accepts = TakeRight();
        }

        if (accepts)
            PostReady(ReadyEvents.Output);
        return accept.Task;
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
        var accepts = (events & ReadyEvents.Output) != 0; // posted by whoever took the right to
        if ((events & ~ReadyEvents.Output) != 0)
        {
            lock (_gate)
            {
                _edges++;
                _isReady = true;
                accepts |= TakeRight();
            }
        }

        if (accepts)
            AcceptWaiting();
        return accepts;
    }

    private bool TakeRight()
    {
        if (_accepting || !_isReady || _waiting.Count == 0)
            return false;
        return _accepting = true;
    }

    /// <summary>With the right to accept: gives connections to those who wait, until there are none of the one or the other.</summary>
    private void AcceptWaiting()
    {
        for (var i = 0; i < MostAtOnce; i++)
        {
            LinkedListNode<EventLoopAccept> place;
            int edges;
            lock (_gate)
            {
                _accepting = false;
                if (!TakeRight())
                    return;
                place = _waiting.First!; // TakeRight saw it
                _waiting.RemoveFirst();
                edges = _edges;
            }

            var accepted = Accept();
            if (accepted.Error is SocketError.WouldBlock)
                PutBack(place, edges);
            else
                place.Value.Complete(accepted);
        }

        PostReady(ReadyEvents.Output);
    }

    private void PutBack(LinkedListNode<EventLoopAccept> place, int edges)
    {
        bool ends;
        lock (_gate)
        {
            if (_edges == edges)
                _isReady = false;
            ends = _disposed || place.Value.IsCancelled;
            if (!ends)
                _waiting.AddFirst(place);
        }

        if (ends)
            Post(place.Value);
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
            return new AcceptResult(EventLoopConnection.Open(descriptor, local, remote!, EventLoops.Next(), _blocked, out error), error); // accepted: it has a peer
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

    private void Cancel(LinkedListNode<EventLoopAccept> place)
    {
        lock (_gate)
        {
            place.Value.IsCancelled = true;
            if (place.List is null)
                return; // not in line yet, or its connection is on its way, and it is put back if there is none
            _waiting.Remove(place);
        }

        Post(place.Value);
    }
}
