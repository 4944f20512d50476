namespace RxGlisten;

/// <summary>Runs work on a loop that is no connection's or listener's: that of connects.</summary>
internal sealed class EventLoopExecutor(EventLoop loop) : LoopMember(loop, null)
{
    /// <summary>It has no descriptor.</summary>
    protected override bool Handle(ReadyEvents events) => false;
}
