namespace RxGlisten;

/// <summary>Work for an executor.</summary>
internal sealed class Turn(Action work) : IThreadPoolWorkItem
{
    public void Execute() => work();
}
