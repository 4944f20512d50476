namespace RxGlisten.Spec.Harness;

/// <summary>What a thread allocates.</summary>
internal static class Allocation
{
    /// <summary>The least bytes that one of a few runs allocates on this thread: a collection between two of them may take what is pooled, which is none of theirs.</summary>
    public static long Least(Action run)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
