using System.Globalization;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Text;

namespace RxGlisten.Demos.Http;

/// <summary>The line that says the time (RFC 9110, 6.6.1), written once a second for all responses.</summary>
internal sealed class DateHeader : IDisposable
{
    private readonly IDisposable _ticks;
    private byte[] _line;

    public DateHeader(IScheduler scheduler)
    {
        _line = Write(scheduler.Now);
        _ticks = Observable.Interval(TimeSpan.FromSeconds(1), scheduler).Subscribe(_ => Volatile.Write(ref _line, Write(scheduler.Now)));
    }

    /// <summary>The line, with its end.</summary>
    public ReadOnlySpan<byte> Line => Volatile.Read(ref _line);

    public void Dispose() => _ticks.Dispose();

    private static byte[] Write(DateTimeOffset now) => Encoding.ASCII.GetBytes($"Date: {now.ToString("r", CultureInfo.InvariantCulture)}\r\n");
}
