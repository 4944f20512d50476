using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>A wait on the clock that can be cut short.</summary>
internal static class Delay
{
    /// <summary>Completes, as a turn of the executor, when the time is over or the token is cancelled.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask WaitAsync(TimeSpan due, Clock clock, ITransportExecutor executor, CancellationToken cancellation)
    {
        var waiter = new Waiter<bool>(executor);
        using IDisposable timer = clock.After(due, executor, new Turn(() => waiter.End(true)));
        CancellationTokenRegistration cut = cancellation.UnsafeRegister(static waiter => ((Waiter<bool>)waiter!).End(false), waiter);
        await waiter.Task.ConfigureAwait(false);
        cut.Unregister();
    }
}
