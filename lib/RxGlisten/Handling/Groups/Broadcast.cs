namespace RxGlisten;

/// <summary>A way into a group: encodes each value once, and may leave a member out. It outlives what feeds it: their end and errors are theirs.</summary>
internal sealed class Broadcast<T>(ConnectionGroup group, Func<T, ReadOnlyMemory<byte>> encode, IConnection? except) : IObserver<T>
{
    public void OnNext(T value) => group.Send(encode(value), except);

    public void OnError(Exception error)
    {
    }

    public void OnCompleted()
    {
    }
}
