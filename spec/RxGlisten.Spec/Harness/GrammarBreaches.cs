using System.Collections.Concurrent;

namespace RxGlisten.Spec.Harness;

/// <summary>What was seen of broken grammar and no spec has answered for yet.</summary>
internal static class GrammarBreaches
{
    private static readonly ConcurrentQueue<string> s_breaches = new();

    public static void Add(string breach) => s_breaches.Enqueue(breach);

    /// <summary>Takes them all out: after each spec, where there must be none, and in one that provokes them.</summary>
    public static IReadOnlyList<string> Take()
    {
        List<string> taken = [];
        while (s_breaches.TryDequeue(out var breach))
            taken.Add(breach);
        return taken;
    }
}
