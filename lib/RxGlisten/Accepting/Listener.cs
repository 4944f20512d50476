using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>
/// A bound listener. It ties its parts together and ends them in order: accepting ends (by <see cref="StopAsync"/>, by
/// <see cref="Unbind"/>, or because the acceptors can't be kept alive), connections end, the sequence ends.
/// </summary>
internal sealed class Listener : IListener, IConnectionOwner, IReception
{
    private readonly ITransportListener _transport;
    private readonly EndPoint _asked;
    private readonly ServerOptions _options;
    private readonly ConnectionSettings _settings;
    private readonly ConnectionSlots _slots;
    private readonly ILogger _log;
    private readonly AcceptGate _gate;
    private readonly AcceptErrorFeed _errors;
    private readonly ConnectionFeed _feed;
    private readonly AcceptorPool _pool;
    private readonly ListenerDrain _drain;
    private readonly TlsServer? _tls;
    private readonly HandshakeDesk? _handshakes;
    private int _acceptingOver;

    private Listener(
        EndPoint asked, ITransportListener transport, ServerOptions options, ConnectionSettings settings, ConnectionSlots slots, TlsServer? tls, ILogger log)
    {
        (_asked, _transport, _options, _settings, _slots, _tls, _log) = (asked, transport, options, settings, slots, tls, log);
        LocalEndPoint = transport.LocalEndPoint;
        _errors = new AcceptErrorFeed(log);
        _feed = new ConnectionFeed(transport.Executor, Ledger, log);
        _gate = new AcceptGate(() => _feed.HasSubscriber, log);
        _feed.SubscriberChanged = _gate.Refresh;
        _drain = new ListenerDrain(Ledger, settings.Clock, transport.Executor, EndSequences, log);
        if (options.Tls is not null)
            _handshakes = new HandshakeDesk(options.Tls, settings.Clock, transport.Executor);
        var acceptors = new Acceptor[options.Acceptors];
        for (int i = 0; i < acceptors.Length; i++)
            acceptors[i] = new Acceptor(transport, _gate, slots, options.AtLimit, settings.Clock, this);
        _pool = new AcceptorPool(acceptors, settings.Clock, Fail, log);
    }

    public EndPoint LocalEndPoint { get; }

    public IReadOnlyCollection<IConnection> Connections => Ledger.Connections;

    public IObservable<AcceptError> AcceptErrors => _errors;

    public CancellationToken Draining => _drain.Token;

    /// <summary>The books.</summary>
    internal ConnectionLedger Ledger { get; } = new();

    /// <summary>Its slots, perhaps shared with others.</summary>
    internal ConnectionSlots Slots => _slots;

    /// <summary>Completes when no accept loop runs any more.</summary>
    internal Task Loops => _pool.Completion;

    /// <summary>Binds.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="transport">By what.</param>
    /// <param name="options">Validated options.</param>
    /// <exception cref="ListenException">The endpoint can't be bound.</exception>
    /// <exception cref="TlsCertificateException">There is no certificate to begin with.</exception>
    public static Listener Bind(EndPoint endpoint, ITransport transport, ServerOptions options)
    {
        // What is user code comes first, so that its faults leave nothing bound.
        ILogger log = QuietLogger.Of(options.LoggerFactory, AcceptLog.Category);
        ConnectionSettings settings = ConnectionSettings.Of(options);
        TlsServer? tls = options.Tls is null ? null : TlsServer.Of(options, settings.Clock, transport.Executor);
        ITransportListener bound;
        try
        {
            bound = transport.Listen(endpoint, new TransportSettings(options) { Blocked = new BlockedCallbacks(settings).Note });
        }
        catch (Exception)
        {
            tls?.Dispose();
            throw;
        }

        var listener = new Listener(endpoint, bound, options, settings, ConnectionSlots.For(options, transport.UsesDescriptors), tls, log);
        AcceptLog.Listening(log, listener.LocalEndPoint);
        listener._pool.Start();
        return listener;
    }

    public IDisposable Subscribe(IObserver<IConnection> observer) => _feed.Subscribe(observer);

    public void Pause() => _gate.Pause();

    public void Resume() => _gate.Resume();

    public ValueTask DisposeAsync() => new(StopAsync(_options.DrainTimeout));

    public Task<DrainResult> StopAsync(TimeSpan drain, CancellationToken cancellation = default)
    {
        if (drain != Timeout.InfiniteTimeSpan) ArgumentOutOfRangeException.ThrowIfLessThan(drain, TimeSpan.Zero);

        Ledger.BeginDrain(); // from here on every end counts for the result
        EndAccepting();
        return _drain.Until(drain, cancellation);
    }

    /// <summary>
    /// Nobody wants more connections: closes the listening socket and resets what was accepted and not delivered. Delivered connections
    /// live on, and are not told to drain.
    /// </summary>
    public void Unbind()
    {
        EndAccepting();
        EndSequences();
    }

    void IConnectionOwner.Release(Connection connection, CloseReason reason)
    {
        _settings.Metrics.Closed(reason.Kind);
        Ledger.Close(connection, reason); // before the slot, so that Connections never shows more than the limit
        connection.Admittance?.End();
        _slots.Release();
    }

    void IConnectionOwner.Ended(Connection connection)
    {
        Ledger.End();
        _drain.FinishIfDrained();
    }

    bool IReception.TryBegin() => Ledger.TryBeginAccept();

    void IReception.End()
    {
        Ledger.EndAccept(rejected: false);
        _drain.FinishIfDrained();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    async ValueTask IReception.TakeAsync(ITransportConnection accepted)
    {
        // What is known already refuses before it costs anything more.
        if (!TryAdmit(accepted, out Admittance? admittance))
        {
            _slots.Release();
            TurnAway(accepted, AcceptLog.NotAdmitted);
            return;
        }

        Ledger.Accept();
        _settings.Metrics.Accepted();
        TlsConnection? tls = _tls?.Wrap(accepted);
        if (Make(tls ?? accepted, admittance) is not { } connection) return;
        if (tls is null || _handshakes is null) await DeliverAsync(connection).ConfigureAwait(false);
        else if (!await _handshakes.BeginAsync(new ReceivedHandshake(connection, tls, this, _handshakes)).ConfigureAwait(false)) Forgo(connection);
    }

    ValueTask IReception.DeliverAsync(Connection connection)
    {
        Ledger.Ready(connection);
        return DeliverAsync(connection);
    }

    void IReception.ReportHandshake(Connection connection, CloseReason reason)
    {
        if (reason.Kind == CloseKind.ServerStopping) return;
        _tls?.ReportHandshake(connection, reason);
        _settings.Metrics.HandshakeFailed(reason.Kind);
    }

    void IReception.TurnAway(ITransportConnection accepted) => TurnAway(accepted, AcceptLog.TurnedAway);

    private void TurnAway(ITransportConnection accepted, Action<ILogger> log)
    {
        Abort(accepted);
        log(_log);
        _settings.Metrics.Rejected();
        Ledger.EndAccept(rejected: true);
        _drain.FinishIfDrained();
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

    /// <summary>Asks who is to be asked, if there is anybody. Where that throws, the peer is not admitted, and accepting goes on.</summary>
    private bool TryAdmit(ITransportConnection accepted, out Admittance? admittance)
    {
        admittance = null;
        try
        {
            return _feed.Gatekeeper is not { } gatekeeper || (admittance = gatekeeper.TryAdmit(accepted.RemoteEndPoint)) is not null;
        }
        catch (Exception exception)
        {
            AcceptLog.AdmissionFault(_log, exception);
            return false;
        }
    }

    /// <summary>A connection of what was accepted, in the books; null when the transport threw before there was one: then this one is over, and accepting goes on.</summary>
    private Connection? Make(ITransportConnection transport, Admittance? admittance)
    {
        try
        {
            var connection = new Connection(transport, _settings, this) { Admittance = admittance };
            Ledger.Open(connection, handshaking: _tls is not null);
            return connection;
        }
        catch (Exception exception)
        {
            AcceptLog.TransportFault(_log, exception);
            Abort(transport);
            admittance?.End();
            _settings.Metrics.Closed(CloseKind.TransportError);
            Ledger.CloseUnopened();
            _slots.Release();
            _drain.FinishIfDrained();
            return null;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask DeliverAsync(Connection connection)
    {
        if (!await _feed.OfferAsync(connection).ConfigureAwait(false)) Forgo(connection);
    }

    private static void Forgo(Connection connection) =>
        connection.Abort(CloseKind.ServerStopping, "Accepting ended before anybody was given the connection.");

    private void Abort(ITransportConnection accepted)
    {
        try
        {
            accepted.Abort();
        }
        catch (Exception exception)
        {
            AcceptLog.TransportFault(_log, exception);
        }
    }

    private void EndAccepting()
    {
        if (Interlocked.Exchange(ref _acceptingOver, 1) != 0) return;
        _gate.End(); // before the books, so that an acceptor which may not begin finds the gate ended and doesn't come back
        Ledger.EndAccepting();
        _feed.RefuseOffers();
        _handshakes?.End(new CloseReason(CloseKind.ServerStopping, "Accepting ended during the TLS handshake.", null));
        _tls?.Dispose();
        try
        {
            _transport.Dispose();
        }
        catch (Exception exception)
        {
            AcceptLog.TransportFault(_log, exception);
        }

        AcceptLog.AcceptingOver(_log, LocalEndPoint);
        _drain.FinishIfDrained(); // a stop that came meanwhile, and did not wait for this
    }

    private void EndSequences()
    {
        _feed.End(null);
        _errors.Complete();
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
}
