namespace RxGlisten.Testing;

/// <summary>An action as a work item.</summary>
internal sealed class Turn(Action action) : IThreadPoolWorkItem
{
    public void Execute() => action();
}
