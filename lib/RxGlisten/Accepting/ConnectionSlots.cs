using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>
/// Connections that may be open at a time. A slot is taken before accept and given back by whoever ends the connection, so that the
/// limit is never passed, not even for an instant. Waiters are served first come, first served.
/// </summary>
internal sealed class ConnectionSlots(int limit)
{
    private static readonly Lazy<ConnectionSlots> SharedSlots = new(() => new ConnectionSlots(DescriptorLimit.DefaultMaxConnections()));

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter<bool>> _waiting = [];
    private int _taken;

    /// <summary>The slots of all listeners without a limit of their own: descriptors are the process's.</summary>
    public static ConnectionSlots Shared => SharedSlots.Value;

    /// <summary>The slots of a listener: its own where it has a limit, or where its connections take no descriptors.</summary>
    public static ConnectionSlots For(ServerOptions options, bool usesDescriptors) =>
        options.MaxConnections is { } own ? new(own) : usesDescriptors ? Shared : new(int.MaxValue);

    /// <summary>Slots that nobody has.</summary>
    public int Free
    {
        get { lock (_lock) return limit - _taken; }
    }

    /// <summary>Takes a slot if one is free. One that is free has no waiters: <see cref="Release"/> would have given it to them.</summary>
    public bool TryAcquire()
    {
        lock (_lock)
        {
            if (_taken == limit) return false;
            _taken++;
            return true;
        }
    }

    /// <summary>Waits for a slot, and goes on as a turn of the executor.</summary>
    /// <returns>False when it was cancelled first; the caller has no slot then.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> AcquireAsync(ITransportExecutor executor, CancellationToken cancellation)
    {
        LinkedListNode<Waiter<bool>> place;
        lock (_lock)
        {
            if (_taken < limit)
            {
                _taken++;
                return true;
            }

            place = _waiting.AddLast(new Waiter<bool>(executor));
        }

        CancellationTokenRegistration cut = cancellation.UnsafeRegister(GiveUp, place);
        bool taken = await place.Value.Task.ConfigureAwait(false);
        cut.Unregister();
        return taken;
    }

    /// <summary>Gives a slot back: to whoever waits longest.</summary>
    public void Release()
    {
        Waiter<bool>? next;
        lock (_lock)
        {
            next = _waiting.First?.Value;
            if (next is null) _taken--;
            else _waiting.RemoveFirst();
            Debug.Assert(_taken >= 0, "A slot was given back twice.");
        }

        next?.End(true);
    }

    private void GiveUp(object? state)
    {
        var place = (LinkedListNode<Waiter<bool>>)state!; // AcquireAsync passed it
        lock (_lock)
        {
            // Outside the list it was served already, and the slot is the caller's, cancelled or not.
            if (place.List is null) return;
            _waiting.Remove(place);
        }

        place.Value.End(false);
    }
}
