using System.Reactive.Disposables;
using System.Reactive.Linq;

namespace RxGlisten;

/// <summary>
/// One connection under <c>Handle</c>: its mailbox, the scan of its state over the messages, and the end. Everything that calls the user is a letter of the
/// mailbox, so nothing here needs a lock.
/// </summary>
internal sealed class HandledConnection<TState> : IOwnedRun<ConnectionClosed>, IConnectionWatcher, IPullTaker
{
    private readonly IConnection _connection;
    private readonly Handler<TState> _handler;
    private readonly OwnedConnection _owned;
    private readonly Mailbox _mailbox;
    private readonly SingleAssignmentDisposable _steps = new();
    private readonly SingleAssignmentDisposable _packets = new();
    private readonly SerialDisposable _userMessages = new();
    private ConnectionSet<ConnectionClosed>? _set;
    private CloseReason? _reason;
    private TState _state = default!; // not asked for before _hasState
    private bool _hasState;

    public HandledConnection(IConnection connection, Handler<TState> handler)
    {
        _connection = connection;
        _handler = handler;
        _owned = new OwnedConnection(connection);
        _mailbox = new Mailbox(_owned);
    }

    public void Start(ConnectionSet<ConnectionClosed> set)
    {
        _set = set;
        _owned.Claim(this);
        try
        {
            var (state, userMessages) = _handler.Init(_connection);
            (_state, _hasState) = (state, true);
            var steps = _mailbox.Scan(Next.Continue(state), (step, message) => Step(step.State, message)).TakeWhile(step => !step.IsStop);
            _steps.Disposable = steps.Subscribe(Follow, Fault, Stop);
            if (userMessages is not null)
                Use(userMessages);
            _packets.Disposable = _connection.Inbound.Subscribe(_mailbox);
        }
        catch (Exception e)
        {
            Fault(e);
        }

        _owned.Started();
    }

    /// <summary>What the loop subscribes, its connection may feed: nothing says that it will.</summary>
    SendQueue? IPullTaker.Queue => _owned.Queue;

    bool IPullTaker.IsGone => false;

    ValueTask IPullTaker.LeaveAsync(CancellationToken cancellation) => default;

    void IOwnedRun<ConnectionClosed>.Stop()
    {
        _owned.Stop();
        _owned.Tell(_userMessages.Dispose);
    }

    void IConnectionWatcher.OnClosed(CloseReason reason)
    {
        _reason = reason;
        _owned.Tell(_userMessages.Dispose);
    }

    void IConnectionWatcher.OnSettled()
    {
        _owned.Tell(_packets.Dispose);
        _mailbox.AddEnd(End);
    }

    private Next<TState> Step(TState state, Message message)
    {
        var next = Run(state, message);
        return next.AbnormalReason is { } reason ? throw new AbnormalStopException(reason) : next;
    }

    private Next<TState> Run(TState state, Message message)
    {
        var outer = PullContext.Enter(this);
        try
        {
            return _handler.Loop(state, message, _connection);
        }
        catch (Exception e) when (_handler.Rescue == Rescue.Continue)
        {
            _owned.LogRescue(e);
            return Next.Continue(state);
        }
        finally
        {
            PullContext.Leave(outer);
        }
    }

    private void Follow(Next<TState> step)
    {
        _state = step.State;
        if (step.UserMessages is not { } messages)
            return;
        try
        {
            Use(messages);
        }
        catch (Exception e)
        {
            Fault(e);
        }
    }

    private void Use(IObservable<Message> messages)
    {
        if (_userMessages.IsDisposed)
            return; // the end has come, and nothing is to be subscribed that would be left at once
        var source = new UserMessageSource(_mailbox, _owned.UserMessageLimit, Fault);
        _userMessages.Disposable = source;
        source.Subscribe(messages);
    }

    private void Fault(Exception error)
    {
        _owned.Fault(error);
        _steps.Dispose();
        _owned.Tell(_userMessages.Dispose);
    }

    private void Stop()
    {
        _connection.Dispose();
        _owned.Tell(_userMessages.Dispose);
    }

    private void End()
    {
        // An end is only told of a run that has started, after its connection closed.
        var set = _set!;
        var ended = new ConnectionClosed(_connection, _reason!);
        if (_hasState && _handler.OnClose is { } onClose)
            _owned.Tell(() => onClose(_state, ended));
        _owned.Tell(() => set.Emit(ended));
        _owned.Tell(() => set.Ended(this));
    }
}
