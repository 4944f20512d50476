using System.Reactive.Concurrency;

namespace RxGlisten.Demos.Http;

/// <summary>A body whose client has to get on: one that sends it byte by byte is looked at when it sends the next. Time counts from when the body is first asked for.</summary>
internal sealed class PacedBodyDecoder(IBodyDecoder inner, HttpLimits limits, IScheduler scheduler) : IBodyDecoder
{
    private readonly IStopwatch _clock = scheduler.StartStopwatch();
    private long _received;

    public bool IsOver => inner.IsOver;

    public bool TryDecode(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> frame, out int length)
    {
        var isWhole = inner.TryDecode(bytes, out frame, out length);
        if (isWhole)
            _received += length;
        if (_clock.Elapsed > limits.BodyTime + TimeSpan.FromSeconds((double)_received / limits.BodyBytesPerSecond))
            throw new RequestException(408, "The body took too long.");
        return isWhole;
    }
}
