using System.Net;
using System.Reactive.Concurrency;

namespace RxGlisten;

/// <summary>One token bucket for all.</summary>
internal sealed class RateRule(int burst, TimeSpan interval, IStopwatch stopwatch) : IAdmissionRule
{
    private readonly Lock _lock = new();
    private TokenBucket _bucket;

    public bool TryEnter(EndPoint remote)
    {
        TimeSpan now = stopwatch.Elapsed;
        lock (_lock) return _bucket.TryTake(now, burst, interval);
    }

    public void Leave(EndPoint remote)
    {
    }
}
