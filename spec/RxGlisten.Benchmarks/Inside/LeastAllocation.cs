namespace RxGlisten.Benchmarks.Inside;

/// <summary>
/// What a message allocates in the whole process: the least of several runs. What the process allocates now and then by itself (a thread of the pool that starts, say)
/// is left out by that; what each message allocates is in every run.
/// </summary>
internal static class LeastAllocation
{
    public const int Runs = 9;
    public const int Messages = 1000;

    /// <summary>Bytes a message.</summary>
    public static double Of(Action message)
    {
        long least = long.MaxValue;
        for (int run = 0; run < Runs; run++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < Messages; i++) message();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        return least / (double)Messages;
    }
}
