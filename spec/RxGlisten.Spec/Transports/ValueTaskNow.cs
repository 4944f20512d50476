using NUnit.Framework;

namespace RxGlisten.Spec.Transports;

/// <summary>For virtual time: what has not completed by now never will, so nobody waits for it.</summary>
internal static class ValueTaskNow
{
    /// <summary>The result of a task that must have completed by now.</summary>
    public static T Now<T>(this ValueTask<T> task)
    {
        Assert.That(task.IsCompleted, Is.True, "not completed by now");
        return task.GetAwaiter().GetResult();
    }
}
