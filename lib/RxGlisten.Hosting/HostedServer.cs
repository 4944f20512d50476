using System.Diagnostics.Metrics;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>
/// A server in its host. The host's start binds it and subscribes its query; from then on one loop sees to the query, until it completes,
/// fails for good, or is unsubscribed; the host's stop drains the listener and waits for that loop.
/// </summary>
internal sealed class HostedServer : IHostedService, IDisposable, IAsyncDisposable
{
    private readonly ServerRegistration _registration;
    private readonly IServiceProvider _provider;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ServerOptions _options;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _unsubscribe = new();
    private IListener? _listener; // null before the start, and when it failed
    private Task _serving = Task.CompletedTask;
    private Task _cut = Task.CompletedTask;

    public HostedServer(ServerRegistration registration, IServiceProvider provider)
    {
        (_registration, _provider) = (registration, provider);
        _lifetime = provider.GetRequiredService<IHostApplicationLifetime>();
        ServerOptions options = registration.Options.Server;
        _options = options with
        {
            LoggerFactory = options.LoggerFactory ?? provider.GetService<ILoggerFactory>(),
            MeterFactory = options.MeterFactory ?? provider.GetService<IMeterFactory>(),
        };
        _log = QuietLogger.Of(_options.LoggerFactory, HostedServerLog.Category);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener = RxServer.Bind(_registration.EndPoint, _options);
        _provider.GetRequiredService<RxServers>().Add(_registration.Name, _listener);
        _serving = ServeAsync(_listener);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_listener is null) return;
        var clock = new Clock(_options.Scheduler);
        DrainResult drained = await _listener.StopAsync(_options.DrainTimeout, cancellationToken).ConfigureAwait(false);
        await ToThePool();
        HostedServerLog.Stopped(_log, _registration.Name, drained.Finished, drained.Cut);
        using CancellationTokenRegistration impatience = cancellationToken.UnsafeRegister(static server => ((HostedServer)server!).Unsubscribe(), this);
        using IDisposable deadline = _serving.IsCompleted || _options.DrainTimeout == Timeout.InfiniteTimeSpan
            ? Disposable.Empty
            : _options.Scheduler.Schedule(Left(_options.DrainTimeout - clock.Now), Unsubscribe);
        await _serving.ConfigureAwait(false);
    }

    /// <summary>Cuts at once: of a host that failed to start, or is disposed without a stop. A container that is disposed synchronously waits for nobody.</summary>
    public void Dispose()
    {
        if (_listener is null) return;
        _cut = _listener.StopAsync(TimeSpan.Zero);
        _unsubscribe.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _cut.ConfigureAwait(false);
        await ToThePool();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // its error was logged, and is the stop's
    }

    // A listener ends on a thread of its transport, which is not the host's to go on with; and who waits for the end may be blocking the thread of its own context.
    private static ConfiguredTaskAwaitable ToThePool() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

    private static TimeSpan Left(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private async Task ServeAsync(IListener listener)
    {
        var clock = new Clock(_options.Scheduler);
        var budget = new RestartBudget();
        while (await RunAsync(listener).ConfigureAwait(false) is { } error)
        {
            if (_registration.Options.QueryFailure == QueryFailure.Restart && error is not ListenException && budget.TryTake(clock.Now))
            {
                HostedServerLog.Restarted(_log, _registration.Name, error);
                continue;
            }

            HostedServerLog.Failed(_log, _registration.Name, error);
            _lifetime.StopApplication();
            ExceptionDispatchInfo.Throw(error);
        }

        // Nobody takes connections any more: who connects is refused, and does not wait in the backlog.
        HostedServerLog.Over(_log, _registration.Name);
        await listener.StopAsync(_options.DrainTimeout).ConfigureAwait(false);
    }

    /// <summary>Runs the query to its end.</summary>
    /// <returns>Its error; null when it completed or was unsubscribed.</returns>
    private async Task<Exception?> RunAsync(IListener listener)
    {
        // The end may come inside an OnNext of the listener, where its next subscriber would find the seat taken.
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration unsubscribed = _unsubscribe.Token.UnsafeRegister(static ended => ((TaskCompletionSource<Exception?>)ended!).TrySetResult(null), ended);
        try
        {
            using IDisposable subscription = _registration.Query(_provider, listener).Subscribe(static _ => { }, error => ended.TrySetResult(error), () => ended.TrySetResult(null));
            return await ended.Task.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private void Unsubscribe()
    {
        if (_serving.IsCompleted || _unsubscribe.IsCancellationRequested) return;
        HostedServerLog.Unsubscribed(_log, _registration.Name);
        _unsubscribe.Cancel();
    }
}
