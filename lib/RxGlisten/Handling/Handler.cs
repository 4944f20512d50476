namespace RxGlisten;

/// <summary>What <c>Handle</c> was given.</summary>
/// <param name="Init">Gives a connection its state and its user messages.</param>
/// <param name="Loop">Is given one message at a time.</param>
/// <param name="OnClose">Is told of the end.</param>
/// <param name="Rescue">What a throw of the loop does.</param>
internal sealed record Handler<TState>(
    Func<IConnection, (TState State, IObservable<Message>? UserMessages)> Init,
    Func<TState, Message, IConnection, Next<TState>> Loop,
    Action<TState, ConnectionClosed>? OnClose,
    Rescue Rescue);
