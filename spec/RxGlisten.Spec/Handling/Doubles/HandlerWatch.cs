using System.Collections.Concurrent;
using RxGlisten.Spec.Testing;

namespace RxGlisten.Spec.Handling.Doubles;

/// <summary>
/// Handles, and checks the grammar of a handler all the time: init, then the loop, one call at a time and none inside another, each with the state that the one
/// before gave, then onClose once, then the element, and nothing after. A breach fails every later look at it.
/// </summary>
internal sealed class HandlerWatch
{
    private readonly ConcurrentDictionary<IConnection, Book> _books = new();
    private readonly ConcurrentQueue<string> _breaches = new();

    /// <summary>Told of every breach at once.</summary>
    public Action<string>? OnBreach { get; init; }

    /// <summary>How many connections' ends were told to onClose.</summary>
    public int Closings => Checked(_books.Values.Count(book => book.Phase >= Phase.Closed));

    /// <summary>How many handlers came to their element.</summary>
    public int Elements => Checked(_books.Values.Count(book => book.Phase == Phase.Over));

    /// <summary>How often loops were called.</summary>
    public int Calls => Checked(_books.Values.Sum(book => book.Count));

    public IObservable<ConnectionClosed> Handle<TState>(
        IObservable<IConnection> connections,
        Func<IConnection, (TState State, IObservable<Message>? UserMessages)> init,
        Func<TState, Message, IConnection, Next<TState>> loop,
        Action<TState, ConnectionClosed>? onClose = null,
        Rescue rescue = Rescue.Stop)
    {
        var handled = connections.Handle<TState>(
            c =>
            {
                var book = _books.GetOrAdd(c, _ => new Book());
                Enter(book, Phase.Init, c);
                try
                {
                    var made = init(c);
                    book.HasState = true;
                    return made;
                }
                finally
                {
                    Interlocked.Decrement(ref book.Running);
                }
            },
            (state, message, c) =>
            {
                var book = _books[c];
                Enter(book, Phase.Loop, c);
                book.Count++;
                try
                {
                    return loop(state, message, c);
                }
                finally
                {
                    Interlocked.Decrement(ref book.Running);
                }
            },
            (state, ended) =>
            {
                var book = _books[ended.Connection];
                Enter(book, Phase.Closed, ended.Connection);
                if (!ended.Connection.Closed.IsCompletedSuccessfully || ended.Connection.Closed.Result != ended.Reason)
                    Breach($"connection {ended.Connection.Id}: onClose was told {ended.Reason.Kind}, and Closed does not say so");
                try
                {
                    onClose?.Invoke(state, ended);
                }
                finally
                {
                    Interlocked.Decrement(ref book.Running);
                }
            },
            rescue);
        return new Each<ConnectionClosed>(handled, ended =>
        {
            var book = _books[ended.Connection];
            if (book.HasState && book.Phase != Phase.Closed)
                Breach($"connection {ended.Connection.Id}: its element came in the phase {book.Phase}");
            book.Phase = Phase.Over;
        });
    }

    private void Enter(Book book, Phase phase, IConnection connection)
    {
        if (Interlocked.Increment(ref book.Running) != 1)
            Breach($"connection {connection.Id}: {phase} was called inside, or beside, another call of its handler");
        var follows = phase switch
        {
            Phase.Init => book.Phase == Phase.None,
            Phase.Loop => book.Phase is Phase.Init or Phase.Loop,
            _ => book.Phase is Phase.Init or Phase.Loop && book.HasState,
        };
        if (!follows)
            Breach($"connection {connection.Id}: {phase} was called in the phase {book.Phase}");
        book.Phase = phase;
    }

    private void Breach(string what)
    {
        _breaches.Enqueue(what);
        OnBreach?.Invoke(what);
    }

    private T Checked<T>(T value) =>
        _breaches.IsEmpty ? value : throw new InvalidOperationException($"The grammar of handlers was broken: {string.Join("; ", _breaches)}.");

    private enum Phase
    {
        None,
        Init,
        Loop,
        Closed,
        Over,
    }

    private sealed class Book
    {
        public volatile Phase Phase;
        public volatile bool HasState;
        public int Running;
        public int Count;
    }
}
