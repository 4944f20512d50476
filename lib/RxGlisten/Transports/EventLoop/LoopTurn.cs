namespace RxGlisten;

/// <summary>One thing that a loop does for one member: tells it of events, or runs work that was posted.</summary>
/// <param name="Member">Whose turn it is.</param>
/// <param name="Work">What was posted; null for events.</param>
/// <param name="Events">The events.</param>
internal readonly record struct LoopTurn(LoopMember Member, IThreadPoolWorkItem? Work, ReadyEvents Events)
{
    /// <summary>Does it.</summary>
    public void Run()
    {
        if (Work is null)
            Member.OnReady(Events);
        else
            Member.OnPosted(Work);
    }
}
