namespace RxGlisten;

/// <summary>
/// What a connection's handler receives: a <see cref="Packet"/> from the peer or a <see cref="UserMessage{T}"/> from the program itself.
/// The hierarchy is closed. Messages compare by value.
/// </summary>
public abstract class Message
{
    private protected Message()
    {
    }
}
