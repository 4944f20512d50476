using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>One source of user messages: puts them into a handler's mailbox until it is left.</summary>
internal sealed class UserMessageSource(Mailbox mailbox, int limit, Action<Exception> fault) : IObserver<Message>, IDisposable
{
    private readonly SingleAssignmentDisposable _subscription = new();

    public void Subscribe(IObservable<Message> messages) => _subscription.Disposable = messages.Subscribe(this);

    public void OnNext(Message value)
    {
        // Nothing is thrown here: who calls this is the program's, and may be telling others as well.
        if (value is null)
            fault(new InvalidOperationException("A source of user messages gave null."));
        else if (!_subscription.IsDisposed && !mailbox.TryAddUser(value))
            fault(new InvalidOperationException(TooMany));
    }

    public void OnError(Exception error)
    {
        if (!_subscription.IsDisposed)
            mailbox.AddError(error);
    }

    public void OnCompleted()
    {
        // No more of them; the packets go on.
    }

    public void Dispose() => _subscription.Dispose();

    private string TooMany =>
        $"The handler is too slow for what it is told: {limit} user messages wait, as many as {nameof(ConnectionOptions.UserMessageLimit)} allows.";
}
