using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RxGlisten;

/// <summary>A logger whose faults stay in it: log providers are user code, and what logs here are loops that must not end of it.</summary>
internal sealed class QuietLogger(ILogger inner) : ILogger
{
    /// <summary>The logger of a category, or one that logs nothing where there is no factory. What the factory throws goes to the caller.</summary>
    public static ILogger Of(ILoggerFactory? factory, string category) =>
        factory is null ? NullLogger.Instance : new QuietLogger(factory.CreateLogger(category));

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // There is nowhere left to tell it.
        }
    }
}
