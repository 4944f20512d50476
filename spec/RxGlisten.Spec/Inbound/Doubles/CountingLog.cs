using Microsoft.Extensions.Logging;

namespace RxGlisten.Spec.Inbound.Doubles;

/// <summary>Keeps the exceptions that were logged as errors.</summary>
internal sealed class CountingLog : ILoggerFactory, ILogger
{
    private readonly List<Exception?> _errors = [];

    public IReadOnlyList<Exception?> Errors
    {
        get
        {
            lock (_errors)
                return [.. _errors];
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel < LogLevel.Error)
            return;
        lock (_errors)
            _errors.Add(exception);
    }
}
