namespace RxGlisten;

/// <summary>
/// An observer of <see cref="IConnection.Inbound"/> that wants the bytes alone. It is asked once, when it subscribes, whether anything
/// downstream of it, to the very end, keeps what it is given; only if not is the buffer used again when it returns.
/// </summary>
internal interface IPacketSink : IObserver<Message>
{
    /// <summary>Whether the bytes are done with when <see cref="OnBytes"/> returns.</summary>
    bool KeepsNothing { get; }

    /// <summary>Whether it wants one packet: it has left when it is given that, however early that comes.</summary>
    bool TakesOne { get; }

    /// <summary>The bytes of a packet.</summary>
    void OnBytes(ReadOnlyMemory<byte> data);
}
