using System.Net;
using System.Net.Sockets;
using System.Reactive.Disposables;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RxGlisten;

/// <summary>
/// A bound listener. It ties its parts together and ends them in order: accepting ends (by <see cref="StopAsync"/>, by
/// <see cref="Unbind"/>, or because the acceptors can't be kept alive), connections end, the sequence ends.
/// </summary>
internal sealed class Listener : IListener, IConnectionOwner, IReception
{
    private readonly ITransportListener _transport;
    private readonly EndPoint _asked;
    private readonly ConnectionSettings _settings;
    private readonly ConnectionSlots _slots;
    private readonly ILogger _log;
    private readonly AcceptGate _gate;
    private readonly AcceptErrorFeed _errors;
    private readonly ConnectionFeed _feed;
    private readonly AcceptorPool _pool;
    private readonly CancellationTokenSource _draining = new(); // has no timer: nothing to dispose
    private readonly CompositeDisposable _deadlines = [];
    private readonly TaskCompletionSource<DrainResult> _stopped = new(); // completed in a turn of the executor, continuations and all
    private readonly Lock _lock = new();
    private TimeSpan _deadline = TimeSpan.MaxValue;
    private int _acceptingOver;
    private int _finishing;

    private Listener(EndPoint asked, ITransportListener transport, ConnectionSettings settings, ConnectionSlots slots, ILogger log)
    {
        (_asked, _transport, _settings, _slots, _log) = (asked, transport, settings, slots, log);
        LocalEndPoint = transport.LocalEndPoint;
        _errors = new AcceptErrorFeed(log);
        _feed = new ConnectionFeed(transport.Executor, Ledger, log);
        _gate = new AcceptGate(() => _feed.HasSubscriber, log);
        _feed.SubscriberChanged = _gate.Refresh;
        var acceptors = new Acceptor[settings.Options.Acceptors];
        for (int i = 0; i < acceptors.Length; i++)
            acceptors[i] = new Acceptor(transport, _gate, slots, settings.Options.AtLimit, settings.Clock, this);
        _pool = new AcceptorPool(acceptors, settings.Clock, Fail, log);
    }

    public EndPoint LocalEndPoint { get; }

    public IReadOnlyCollection<IConnection> Connections => Ledger.Connections;

    public IObservable<AcceptError> AcceptErrors => _errors;

    public CancellationToken Draining => _draining.Token;

    /// <summary>The books.</summary>
    internal ConnectionLedger Ledger { get; } = new();

    /// <summary>Completes when no accept loop runs any more.</summary>
    internal Task Loops => _pool.Completion;

    /// <summary>Binds.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="transport">By what.</param>
    /// <param name="options">Validated options.</param>
    /// <exception cref="ListenException">The endpoint can't be bound.</exception>
    public static Listener Bind(EndPoint endpoint, ITransport transport, ServerOptions options)
    {
        // What is user code comes first, so that its faults leave nothing bound.
        ILogger Log(string category) =>
            options.LoggerFactory is { } factory ? new QuietLogger(factory.CreateLogger(category)) : NullLogger.Instance;
        ILogger log = Log(AcceptLog.Category);
        var settings = new ConnectionSettings(
            options, new Clock(options.Scheduler), Log("RxGlisten.Connections"), new ServerMetrics(options.MeterFactory));
        ITransportListener bound = transport.Listen(endpoint, new TransportSettings
        {
            Backlog = options.Backlog,
            NoDelay = options.NoDelay,
            ReuseAddress = options.ReuseAddress,
            DualMode = options.DualMode,
            UnixFileMode = options.UnixFileMode,
        });
        var listener = new Listener(endpoint, bound, settings, ConnectionSlots.For(options), log);
        AcceptLog.Listening(log, listener.LocalEndPoint);
        listener._pool.Start();
        return listener;
    }

    public IDisposable Subscribe(IObserver<IConnection> observer) => _feed.Subscribe(observer);

    public void Pause() => _gate.Pause();

    public void Resume() => _gate.Resume();

    public ValueTask DisposeAsync() => new(StopAsync(_settings.Options.DrainTimeout));

    public Task<DrainResult> StopAsync(TimeSpan drain, CancellationToken cancellation = default)
    {
        if (drain != Timeout.InfiniteTimeSpan) ArgumentOutOfRangeException.ThrowIfLessThan(drain, TimeSpan.Zero);

        // The books first: from here on every end counts for the result. The deadline before the callbacks, which may take their time.
        Ledger.BeginDrain();
        EndAccepting();
        SetDeadline(drain);
        CancelDraining();
        if (drain == TimeSpan.Zero) Cut();
        if (cancellation.CanBeCanceled)
        {
            // Unregister and not Dispose, which would wait for a cut that is going on.
            CancellationTokenRegistration cut = cancellation.UnsafeRegister(static listener => ((Listener)listener!).Cut(), this);
            _deadlines.Add(Disposable.Create(() => cut.Unregister()));
        }

        FinishIfDrained();
        return _stopped.Task;
    }

    /// <summary>
    /// Nobody wants more connections: closes the listening socket and resets what was accepted and not delivered. Delivered connections
    /// live on, and are not told to drain.
    /// </summary>
    public void Unbind()
    {
        EndAccepting();
        _feed.End(null);
        _errors.Complete();
    }

    void IConnectionOwner.Release(Connection connection, CloseReason reason)
    {
        _settings.Metrics.Closed(reason.Kind);
        Ledger.Close(connection, reason); // before the slot, so that Connections never shows more than the limit
        _slots.Release();
    }

    void IConnectionOwner.Ended(Connection connection)
    {
        Ledger.End();
        FinishIfDrained();
    }

    bool IReception.TryBegin() => Ledger.TryBeginAccept();

    void IReception.End()
    {
        Ledger.EndAccept(rejected: false);
        FinishIfDrained();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    async ValueTask IReception.TakeAsync(ITransportConnection accepted)
    {
        Ledger.Accept();
        _settings.Metrics.Accepted();
        Connection connection;
        try
        {
            connection = new Connection(accepted, _settings, this);
        }
        catch (Exception)
        {
            accepted.Abort();
            _slots.Release();
            Ledger.CloseUnopened();
            _settings.Metrics.Closed(CloseKind.TransportError);
            FinishIfDrained();
            throw;
        }

        Ledger.Open(connection);
        if (!await _feed.OfferAsync(connection).ConfigureAwait(false))
            connection.Abort(CloseKind.ServerStopping, "Accepting ended before anybody was given the connection.");
    }

    void IReception.TurnAway(ITransportConnection accepted)
    {
        accepted.Abort();
        AcceptLog.TurnedAway(_log);
        _settings.Metrics.Rejected();
        Ledger.EndAccept(rejected: true);
        FinishIfDrained();
    }

    void IReception.Report(AcceptError error, Exception? exception)
    {
        LogLevel level = error.Response switch
        {
            AcceptResponse.Retry => LogLevel.Debug,
            AcceptResponse.BackOff => LogLevel.Warning,
            _ => LogLevel.Error,
        };
        AcceptLog.AcceptFailed(_log, level, error.Error, error.Response, exception);
        _settings.Metrics.AcceptFailed(error);
        _errors.Publish(error);
    }

    private void EndAccepting()
    {
        if (Interlocked.Exchange(ref _acceptingOver, 1) != 0) return;
        _gate.End(); // before the books, so that an acceptor which may not begin finds the gate ended and doesn't come back
        Ledger.EndAccepting();
        _feed.RefuseOffers();
        try
        {
            _transport.Dispose();
        }
        catch (Exception exception)
        {
            AcceptLog.TransportFault(_log, exception);
        }

        AcceptLog.AcceptingOver(_log, LocalEndPoint);
    }

    private void Fail(Exception death)
    {
        EndAccepting();
        SocketError error = death is SocketException { SocketErrorCode: var known } ? known : SocketError.SocketError;
        _feed.End(new ListenException(_asked, error,
            $"Accepting on {LocalEndPoint} ended: acceptors died more than {RestartBudget.Restarts} times in {RestartBudget.Window.TotalSeconds} s, " +
            $"the last of {error} ({death.Message}). Open connections go on. Bind again once the cause is gone.", death));
        _errors.Complete();
    }

    private void SetDeadline(TimeSpan drain)
    {
        if (drain == Timeout.InfiniteTimeSpan || drain == TimeSpan.Zero) return;
        TimeSpan deadline = _settings.Clock.Now + drain;
        lock (_lock)
        {
            if (deadline >= _deadline) return;
            _deadline = deadline;
        }

        // An earlier timer needs no later one cancelled: the first to fire cuts, and the finish takes them all away.
        _deadlines.Add(_settings.Clock.After(drain, _transport.Executor, new Turn(Cut)));
    }

    private void Cut()
    {
        foreach (Connection connection in Ledger.Cut())
            connection.Abort(CloseKind.ServerStopping, "The listener stopped and the drain time was over.");
    }

    private void CancelDraining()
    {
        try
        {
            _draining.Cancel();
        }
        catch (AggregateException exception)
        {
            AcceptLog.DrainingFault(_log, exception);
        }
    }

    // In a turn of its own: StopAsync, too, comes here, and nobody is called back inside it.
    private void FinishIfDrained()
    {
        if (Ledger.IsDrained && Interlocked.Exchange(ref _finishing, 1) == 0)
            _transport.Executor.Post(new Turn(Finish));
    }

    private void Finish()
    {
        _deadlines.Dispose();
        _feed.End(null);
        _errors.Complete();
        _stopped.SetResult(Ledger.Result);
    }
}
