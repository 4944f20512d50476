namespace RxGlisten;

/// <summary>One subscription of a connection's inbound stream; disposing it pauses reading.</summary>
internal sealed class InboundSubscription(InboundStream stream, IObserver<Message> observer) : IDisposable
{
    /// <summary>Who is told.</summary>
    public IObserver<Message> Observer { get; } = observer;

    /// <summary>The observer, where it takes bytes without a packet around them.</summary>
    public IPacketSink? Sink { get; } = observer as IPacketSink;

    /// <summary>The observer, where it may leave with bytes unused.</summary>
    public IGivesBack? GivesBack => Observer as IGivesBack;

    /// <summary>Whether the call that subscribed is over, so that it can leave when it is told. Under the lock.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Whether the bytes are done with when a call returns, so that their buffer may be used again.</summary>
    public bool KeepsNothing { get; } = observer is IPacketSink { KeepsNothing: true };

    /// <summary>Whether it leaves when it is given a packet.</summary>
    public bool TakesOne { get; } = observer is IPacketSink { TakesOne: true };

    /// <summary>Whether it was disposed. Guarded by the connection's lock.</summary>
    public bool IsDisposed { get; set; }

    public void Dispose() => stream.Unsubscribe(this);
}
