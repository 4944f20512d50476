namespace RxGlisten.Benchmarks.Running;

/// <summary>
/// How a child learns that its parent is done or gone, however it went: its standard input ends. A life limit backs that up.
/// </summary>
internal static class ParentWatch
{
    /// <summary>Completes at the end of standard input, or after the longest life.</summary>
    public static async Task InputEndedAsync(TimeSpan longestLife)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        // A thread of its own: a blocking read must not take one from the pool that is being measured.
        Thread watcher = new(() =>
        {
            using Stream input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0) { }
            ended.SetResult();
        })
        { IsBackground = true, Name = "parent watch" };
        watcher.Start();
        await Task.WhenAny(ended.Task, Task.Delay(longestLife));
    }
}
