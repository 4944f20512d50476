using Microsoft.Extensions.Logging;

namespace RxGlisten.Spec.Harness;

/// <summary>Records what is logged as a warning or worse, or as what the spec says.</summary>
internal sealed class LogRecorder(LogLevel least = LogLevel.Warning) : ILoggerFactory, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<string> _entries = [];

    public IReadOnlyList<string> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
            _entries.Add($"{formatter(state, exception)} {exception?.Message}");
    }

    public void Dispose()
    {
    }
}
