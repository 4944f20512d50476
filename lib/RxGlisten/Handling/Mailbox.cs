using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>
/// What a handler is told, one letter at a time, in the order they came: packets, user messages, and the ends. The right to tell is <see cref="_telling"/>. A
/// packet that finds it free is told inside its own delivery, so that it is read, held and answered as by any observer; everything else waits for a
/// posted turn, so that the handler never runs inside somebody's call. What waits is bounded: packets are on hold, and so under the
/// connection's flow control; user messages have a limit, and a policy past it.
/// </summary>
internal sealed class Mailbox(OwnedConnection connection) : IObservable<Message>, IObserver<Message>, IThreadPoolWorkItem
{
    private readonly Lock _gate = new(); // guards what follows; nothing foreign is called under it
    private Queue<Letter>? _kept;        // packets and ends, none of which may be lost
    private Queue<Letter>? _user;        // user messages
    private long _letters;               // that ever waited: the order of the two queues
    private bool _telling;               // somebody tells, or a turn that will is posted; nothing waits while this is off
    private volatile IObserver<Message>? _handler;

    /// <summary>The one who is told; leaving drops what waits, but for the ends.</summary>
    public IDisposable Subscribe(IObserver<Message> observer)
    {
        _handler = observer;
        return Disposable.Create(this, static mailbox => mailbox._handler = null);
    }

    /// <summary>A packet, inside its delivery.</summary>
    void IObserver<Message>.OnNext(Message value)
    {
        if (_handler is null)
            return;
        bool free;
        lock (_gate)
        {
            free = !_telling;
            _telling = true;
        }

        if (!free)
        {
            var hold = (value as Packet)?.Hold(); // inside its delivery, which is over before its turn comes
            Add(new Letter { Message = value, Hold = hold });
            return;
        }

        try
        {
            Tell(value);
        }
        finally
        {
            GoOn();
        }
    }

    void IObserver<Message>.OnError(Exception error) => AddError(error);

    void IObserver<Message>.OnCompleted() => AddEnd(() => _handler?.OnCompleted());

    /// <summary>The messages end, with an error, when those before it were told.</summary>
    public void AddError(Exception error) => AddEnd(() => _handler?.OnError(error));

    /// <summary>Something to do after everything that came before it.</summary>
    public void AddEnd(Action end) => Add(new Letter { End = end });

    /// <summary>A user message.</summary>
    /// <returns>False when there are too many, and the policy is to disconnect.</returns>
    public bool TryAddUser(Message message)
    {
        if (_handler is null)
            return true;
        bool dropped, post;
        lock (_gate)
        {
            _user ??= new();
            dropped = _user.Count >= connection.UserMessageLimit;
            if (dropped && connection.UserMessagePolicy == UserMessagePolicy.Disconnect)
                return false;
            if (dropped && connection.UserMessagePolicy == UserMessagePolicy.DropOldest)
                _user.Dequeue();
            if (!dropped || connection.UserMessagePolicy == UserMessagePolicy.DropOldest)
                _user.Enqueue(new Letter { Order = _letters++, Message = message });
            post = !_telling;
            _telling = true;
        }

        if (dropped)
            connection.CountDroppedUserMessage();
        if (post)
            connection.Executor.Post(this);
        return true;
    }

    /// <summary>A turn: tells what waits, but not what comes meanwhile, for which others would wait.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        int count;
        lock (_gate)
            count = Waiting;
        for (; count > 0; count--)
            Tell(Take());
        GoOn();
    }

    private int Waiting => (_kept?.Count ?? 0) + (_user?.Count ?? 0);

    private void Add(Letter letter)
    {
        bool post;
        lock (_gate)
        {
            (_kept ??= new()).Enqueue(letter with { Order = _letters++ });
            post = !_telling;
            _telling = true;
        }

        if (post)
            connection.Executor.Post(this);
    }

    private Letter Take()
    {
        lock (_gate)
        {
            // Something waits, says the caller, and only a turn takes: one of them is there and not empty.
            if (_kept is not { Count: > 0 })
                return _user!.Dequeue();
            return _user is { Count: > 0 } && _user.Peek().Order < _kept.Peek().Order ? _user.Dequeue() : _kept.Dequeue();
        }
    }

    private void Tell(Letter letter)
    {
        if (letter.End is { } end)
        {
            end();
        }
        else if (letter is { Message: Packet packet, Hold: { } hold })
        {
            using var late = new LatePacket(packet, hold);
            Tell(late.Packet);
        }
        else
        {
            Tell(letter.Message!); // a letter is an end or a message
        }
    }

    private void Tell(Message message)
    {
        // Whoever closes the connection on this side wants no more of what came before, as of a connection's own packets.
        if (_handler is { } handler && !connection.Drops)
            handler.OnNext(message);
    }

    /// <summary>With the right to tell: gives it up, or hands it to a turn where something waits.</summary>
    private void GoOn()
    {
        lock (_gate)
        {
            _telling = Waiting > 0;
            if (!_telling)
                return;
        }

        connection.Executor.Post(this);
    }

    /// <summary>A message, with the hold that it waits on, or an end.</summary>
    private readonly record struct Letter
    {
        public long Order { get; init; }

        public Message? Message { get; init; }

        public IDisposable? Hold { get; init; }

        public Action? End { get; init; }
    }
}
