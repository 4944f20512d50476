using System.Reactive.Concurrency;

namespace RxGlisten;

/// <summary>
/// What the peer sends, as an observable with one subscriber at a time. All state is guarded by the connection's lock. The right to call
/// the observer is <see cref="_turn"/>: who takes it delivers whatever there is and gives it up when nothing is left, so calls are serial
/// whoever makes them: the receive loop with a packet just read, or a posted turn with parked packets and the end.
/// </summary>
internal sealed class InboundStream(Connection connection) : IObservable<Message>, IDelivery, IHoldSource, ITakesMemoryBack, IThreadPoolWorkItem
{
    private InboundSubscription? _current;
    private List<InboundSubscription>? _parked;   // made inside the current subscriber's call, waiting for it to leave
    private LinkedList<ReadOnlyMemory<byte>>? _backlog; // received and not delivered, or given back, oldest first
    private FlowGate? _holds;                     // made by the first hold
    private bool _turn;
    private bool _calling;                        // an observer's call is running
    private int _continued;                       // calls of steps' observers that are running
    private Packet? _delivered;                   // the packet of the running delivery
    private HeldPacket? _deliveredHold;           // its holds
    private int _deliveredBytes;
    private bool _ended;
    private bool _discards;                       // nobody wants what was not delivered
    private CloseReason? _endReason;              // null: the peer's orderly FIN
    private Memory<byte> _lent;                   // given to the transport for the receive under way
    private byte[]? _lentBuffer;                  // the rented buffer behind it, if any

    [ThreadStatic]
    private static IDelivery? t_delivering;

    /// <summary>The delivery that runs on this thread, for operators that act on the delivery around them. Set by who goes on with one that is over.</summary>
    public static IDelivery? Delivering
    {
        get => t_delivering;
        set => t_delivering = value;
    }

    /// <summary>The connection whose stream this is.</summary>
    public Connection Connection => connection;

    /// <summary>Whether somebody is subscribed. Under the lock.</summary>
    public bool HasSubscriber => _current is not null;

    /// <summary>Whether nobody is being told anything, or waits to be. Under the lock.</summary>
    public bool IsSettled => _current is null && !_turn;

    /// <summary>What ended it, as who is told of the end sees it; null for the peer's orderly FIN.</summary>
    public CloseReason? EndReason => _endReason;

    /// <summary>Whether a subscriber was told of the end.</summary>
    public bool EndWasTold { get; private set; }

    /// <summary>Whether the next receive may be issued. Under the lock.</summary>
    public bool WantsToRead => !_turn && !_ended && _current is { IsComplete: true } && _backlog is not { Count: > 0 } && IsFlowOpen;

    /// <summary>The packet on hold longest. Under the lock.</summary>
    public HeldPacket? OldestHeld => _holds?.Oldest;

    private bool IsFlowOpen => _holds is not { IsOpen: false } && connection.Outbound.IsWritable;

    private bool HasDeliverable => _current is { IsComplete: true } && (_backlog is { Count: > 0 } ? IsFlowOpen : _ended);

    public IDisposable Subscribe(IObserver<Message> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var subscription = new InboundSubscription(this, observer);
        lock (connection.Gate)
        {
            // Whoever is parked keeps the seat that the current one has left: it takes over when the running call returns. Who comes during that call is
            // parked whatever its thread: Rx's operators complete first and leave then, so that it may come of a call whose subscriber is about to be gone.
            if (_current is null && _parked is not { Count: > 0 })
            {
                _current = subscription;
            }
            else if (_calling || _continued > 0)
            {
                (_parked ??= []).Add(subscription);
            }
            else
            {
                connection.Executor.Post(new Refusal(connection, subscription));
                return subscription;
            }
        }

        // While Rx subscribes a chain of operators, none of them can leave yet: what it were told then, beyond what it wants, would be lost.
        if (CurrentThreadScheduler.IsScheduleRequired)
            BeginTelling(subscription);
        else
            CurrentThreadScheduler.Instance.Schedule(() => BeginTelling(subscription));
        return subscription;
    }

    /// <summary>The call that subscribed is over.</summary>
    private void BeginTelling(InboundSubscription subscription)
    {
        lock (connection.Gate)
            subscription.IsComplete = true;
        connection.Wake();
    }

    /// <summary>Ends a subscription; what was received and not delivered waits for the next.</summary>
    public void Unsubscribe(InboundSubscription subscription)
    {
        lock (connection.Gate)
        {
            if (!_calling) // or else the end of the call sees to it
                TakeBack(subscription, isReused: false);
            if (!Leave(subscription))
                return;
        }

        connection.LookAfterUnclaimed();
        if (_ended)
            connection.Closing.OnSettled();
    }

    /// <summary>The packet's hold; only during its delivery.</summary>
    public IDisposable Hold(Packet packet)
    {
        IDisposable hold;
        lock (connection.Gate)
        {
            if (_delivered != packet)
                throw Packet.TooLateToHold();
            hold = HoldDelivered();
        }

        connection.Deadlines.ArmHold();
        return hold;
    }

    public PacketHold? Hold()
    {
        PacketHold hold;
        lock (connection.Gate)
        {
            if (_deliveredBytes == 0)
                return null;
            hold = HoldDelivered();
        }

        connection.Deadlines.ArmHold();
        return hold;
    }

    /// <summary>An observer is told what a delivery that is over came to: who subscribes meanwhile is parked, as in a delivery.</summary>
    public void BeginContinued()
    {
        lock (connection.Gate)
            _continued++;
    }

    /// <summary>That call returned.</summary>
    public void EndContinued()
    {
        List<InboundSubscription>? refused;
        lock (connection.Gate)
        {
            if (--_continued > 0 || _calling || _parked is not { Count: > 0 })
                return;
            refused = SeatParked();
        }

        Refuse(refused);
        connection.Wake();
    }

    /// <summary>One hold more on a packet that has one.</summary>
    public PacketHold HoldAgain(HeldPacket packet)
    {
        lock (connection.Gate)
            return packet.Add();
    }

    /// <summary>One hold less.</summary>
    public void Release(HeldPacket packet)
    {
        lock (connection.Gate)
        {
            if (--packet.Holds > 0)
                return;
            _holds?.Release(packet);
        }

        connection.Wake();
    }

    public Memory<byte> GetMemory(int available)
    {
        // A reader that keeps nothing gets a buffer that is used again; so few bytes as fit a chunk are cheaper there for all others.
        var largest = connection.Settings.Options.ReceiveBufferBytes;
        var count = Math.Min(available, largest);
        if (count > 0 && ReceiveMemory.IsSmall(count) && _lentBuffer is null && _current is not { KeepsNothing: true })
            return _lent = ReceiveMemory.Allocate(count);
        _lentBuffer ??= ReceiveMemory.Rent(largest);
        return _lent = _lentBuffer.AsMemory(0, largest);
    }

    /// <summary>The loop's receive gave bytes: delivers them if it may, and keeps them for later otherwise.</summary>
    /// <returns>Whether the connection is open, so that the loop goes on.</returns>
    public bool OnReceived(int count)
    {
        bool open;
        ReadOnlyMemory<byte> data;
        byte[]? buffer;
        InboundSubscription? subscription = null;
        Packet? packet = null;
        lock (connection.Gate)
        {
            // Once the read counts as over, a close may read on beside this thread: by then these bytes have their place before the next.
            connection.Reader.ReadIsOver();
            open = connection.Closing.IsOpen;
            data = TakeLent(count, out buffer);
            var deliver = open && !_ended && !_turn && _current is { IsComplete: true } && _backlog is not { Count: > 0 };
            var reuse = deliver && buffer is not null && _current!.KeepsNothing; // deliver: there is a current one
            if (buffer is not null && !reuse)
            {
                data = ReceiveMemory.Keep(buffer, count);
                buffer = null;
            }

            if (deliver)
            {
                _turn = true;
                subscription = _current!; // deliver: there is one
                packet = BeginCall(subscription, data);
            }
            else if (!_ended)
            {
                (_backlog ??= new()).AddLast(data);
            }
        }

        if (subscription is not null)
            RunTurn(subscription, data, packet, buffer);
        else
            connection.Wake();
        return open;
    }

    /// <summary>A receive gave bytes after the transport failed: keeps them for whoever reads on.</summary>
    public void ParkReceived(int count)
    {
        lock (connection.Gate)
        {
            var data = TakeLent(count, out var buffer);
            if (buffer is not null)
                data = ReceiveMemory.Keep(buffer, count);
            if (!_ended)
                (_backlog ??= new()).AddLast(data);
        }

        connection.Wake();
    }

    /// <summary>The receive under way ended without bytes: takes its memory back.</summary>
    public void OnNothingReceived()
    {
        TakeMemoryBack(); // first: once the read counts as over, a close may read on beside this thread
        lock (connection.Gate)
            connection.Reader.ReadIsOver();
    }

    public void TakeMemoryBack()
    {
        byte[]? buffer;
        lock (connection.Gate)
            TakeLent(0, out buffer);
        if (buffer is not null)
            ReceiveMemory.Return(buffer);
    }

    /// <summary>No more will come. Under the lock; then <see cref="Connection.Wake"/>.</summary>
    /// <param name="reason">Why; null for the peer's orderly FIN.</param>
    /// <param name="discard">Whether what was received and not delivered is dropped.</param>
    public void End(CloseReason? reason, bool discard)
    {
        if (discard)
        {
            _discards = true;
            _backlog = null;
        }

        if (_ended)
            return;
        _ended = true;
        _endReason = reason;
    }

    /// <summary>The connection closed: what is on hold no longer counts. Under the lock.</summary>
    public void ReleaseHolds() => _holds?.Clear();

    /// <summary>Takes the turn if there is something to deliver. Under the lock; then the stream is to be posted.</summary>
    public bool TakeTurn()
    {
        if (_turn || !HasDeliverable)
            return false;
        return _turn = true;
    }

    /// <summary>A posted turn: delivers what waits.</summary>
    public void Execute()
    {
        InboundSubscription? subscription;
        ReadOnlyMemory<byte> data;
        Packet? packet = null;
        lock (connection.Gate)
        {
            subscription = TakeNext(out data);
            if (subscription is not null)
                packet = BeginCall(subscription, data);
        }

        if (subscription is not null)
            RunTurn(subscription, data, packet, null);
        else if (_ended)
            connection.Closing.OnSettled(); // it left while this turn was on its way
        connection.Wake();
    }

    /// <summary>
    /// With the turn and a call begun: makes the call, and then those for all that waits meanwhile. No data is the end.
    /// </summary>
    private void RunTurn(InboundSubscription? subscription, ReadOnlyMemory<byte> data, Packet? packet, byte[]? buffer)
    {
        while (subscription is not null)
        {
            var isEnd = data.IsEmpty;
            var outer = t_delivering;
            t_delivering = this;
            var thrown = isEnd ? CallEnd(subscription) : Call(subscription, data, packet);
            t_delivering = outer;
            List<InboundSubscription>? refused;
            bool held;
            lock (connection.Gate)
            {
                held = _deliveredHold is not null;
                refused = EndCall(subscription, isReused: buffer is not null && !held);
                connection.Outbound.EndCork();
            }

            connection.Outbound.Transmit();
            if (buffer is not null && !held)
                ReceiveMemory.Return(buffer);
            buffer = null;
            Refuse(refused);
            if (thrown is not null)
                connection.Closing.Fault(thrown); // before the next is taken: who threw is given nothing more
            lock (connection.Gate)
            {
                subscription = TakeNext(out data);
                packet = subscription is null ? null : BeginCall(subscription, data);
            }
        }

        if (!_ended)
            return;
        connection.LookAfterUnclaimed();
        connection.Closing.OnSettled();
    }

    private static Exception? Call(InboundSubscription subscription, ReadOnlyMemory<byte> data, Packet? packet)
    {
        try
        {
            if (packet is null)
                subscription.Sink!.OnBytes(data); // BeginCall makes no packet only where there is a sink
            else
                subscription.Observer.OnNext(packet);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private Exception? CallEnd(InboundSubscription subscription)
    {
        EndWasTold = true;
        try
        {
            if (_endReason is { IsOrderly: false } reason && connection.Settings.Options.AbnormalClosure == AbnormalClosure.Error)
                subscription.Observer.OnError(new ConnectionClosedException(reason));
            else
                subscription.Observer.OnCompleted();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>What is to be delivered next, no data being the end; gives the turn up when there is nothing. Under the lock.</summary>
    private InboundSubscription? TakeNext(out ReadOnlyMemory<byte> data)
    {
        data = default;
        if (!HasDeliverable)
        {
            _turn = false;
            return null;
        }

        var subscription = _current;
        if (_backlog is { Count: > 0 })
        {
            data = _backlog.First!.Value; // the count says so
            _backlog.RemoveFirst();
            return subscription;
        }

        _current = null;
        connection.SubscriberLeft();
        return subscription;
    }

    /// <summary>An observer is about to be called on this thread. Under the lock.</summary>
    private Packet? BeginCall(InboundSubscription subscription, ReadOnlyMemory<byte> data)
    {
        _calling = true;
        _deliveredHold = null;
        _deliveredBytes = data.Length;
        connection.Outbound.BeginCork();
        if (!data.IsEmpty && subscription.TakesOne)
            Leave(subscription);
        if (!data.IsEmpty && subscription.Sink is null)
            return _delivered = new Packet(data, this);
        return null;
    }

    /// <summary>
    /// The observer's call returned: the first subscription that was made inside it takes over if the current one left. Under the lock.
    /// </summary>
    /// <param name="subscription">Who was called.</param>
    /// <param name="isReused">Whether the memory of what it was given is used again.</param>
    private List<InboundSubscription>? EndCall(InboundSubscription subscription, bool isReused)
    {
        _calling = false;
        _delivered = null;
        if (subscription.IsDisposed)
            TakeBack(subscription, isReused);
        return _continued > 0 ? null : SeatParked();
    }

    /// <summary>Nobody is being called: the first who was parked takes over if the seat is empty. Under the lock.</summary>
    /// <returns>Those who are one too many.</returns>
    private List<InboundSubscription>? SeatParked()
    {
        if (_parked is not { Count: > 0 } parked)
            return null;
        _parked = null;
        if (_current is null)
        {
            _current = parked[0];
            parked.RemoveAt(0);
        }

        return parked;
    }

    /// <summary>A subscription is over; whether it had the seat. Under the lock.</summary>
    private bool Leave(InboundSubscription subscription)
    {
        subscription.IsDisposed = true;
        _parked?.Remove(subscription);
        if (_current != subscription)
            return false;
        _current = null;
        connection.SubscriberLeft();
        return true;
    }

    /// <summary>What one who left has not used comes before all that was not delivered. Under the lock; nobody is being called.</summary>
    private void TakeBack(InboundSubscription subscription, bool isReused)
    {
        if (subscription.GivesBack?.GiveBack() is not { IsEmpty: false } unused || _discards)
            return;
        (_backlog ??= new()).AddFirst(isReused ? ReceiveMemory.Copy(unused.Span) : unused);
    }

    private void Refuse(List<InboundSubscription>? refused)
    {
        if (refused is null)
            return;
        foreach (var subscription in refused)
            new Refusal(connection, subscription).Execute();
    }

    /// <summary>Takes what the transport was lent, of which it filled so many bytes. Under the lock.</summary>
    private ReadOnlyMemory<byte> TakeLent(int count, out byte[]? buffer)
    {
        ReadOnlyMemory<byte> data = _lent[..count];
        buffer = _lentBuffer;
        _lent = default;
        _lentBuffer = null;
        return data;
    }

    private PacketHold HoldDelivered()
    {
        _deliveredHold ??= new HeldPacket(this, _deliveredBytes, connection.Settings.Clock.Now);
        if (_deliveredHold.Holds == 0 && !connection.Closing.IsClosed) // the close gave all credit back, and there is nothing left to hold up
            (_holds ??= new FlowGate(connection.Settings.Options)).Take(_deliveredHold);
        return _deliveredHold.Add();
    }

    /// <summary>Tells a second concurrent subscriber that it is one too many.</summary>
    private sealed class Refusal(Connection connection, InboundSubscription subscription) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            if (subscription.IsDisposed)
                return;
            try
            {
                subscription.Observer.OnError(new InvalidOperationException(
                    "Inbound has a subscriber already, and takes one at a time. To share it, use Publish() and Connect(), or Publish(inbound => ...)."));
            }
            catch (Exception e)
            {
                // Rx's own Subscribe(onNext) throws the error that nobody takes: user code like any other.
                connection.Closing.Fault(e);
            }
        }
    }
}
