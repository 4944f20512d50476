using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>A client: connects once for each subscriber, and keeps the books of its connections. Their order is the subscribers'.</summary>
internal sealed class Connector : IObservable<IConnection>, IConnectionOwner
{
    private readonly ConnectionSettings _settings;
    private readonly ClientMetrics _metrics;
    private readonly TlsClient? _tls;

    /// <summary>Makes one that has not connected.</summary>
    /// <param name="endpoint">Where to.</param>
    /// <param name="transport">By what.</param>
    /// <param name="options">Validated options.</param>
    /// <exception cref="ArgumentException">The server's name is to be verified, and there is none.</exception>
    public Connector(EndPoint endpoint, ITransport transport, ClientOptions options)
    {
        (EndPoint, Transport) = (endpoint, transport);
        Log = QuietLogger.Of(options.LoggerFactory, ConnectLog.Category);
        _settings = ConnectionSettings.Of(options);
        _metrics = new ClientMetrics(options.MeterFactory);
        Timeout = options.ConnectTimeout;
        ConnectSettings = new ConnectSettings(options) { Blocked = new BlockedCallbacks(_settings).Note };
        _tls = options.Tls is null ? null : new TlsClient(options.Tls, endpoint);
    }

    /// <summary>Where it connects to.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>What carries the bytes.</summary>
    public ITransport Transport { get; }

    /// <summary>How long connecting may take.</summary>
    public TimeSpan Timeout { get; }

    public Clock Clock => _settings.Clock;

    public ILogger Log { get; }

    /// <summary>Nothing that a client connects to can be told by it to finish up: never cancelled.</summary>
    public CancellationToken Draining => CancellationToken.None;

    private ConnectSettings ConnectSettings { get; }

    public IDisposable Subscribe(IObserver<IConnection> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var attempt = new ConnectAttempt(this, observer);
        attempt.Start();
        return attempt;
    }

    /// <summary>Has the transport connect, and makes the TLS handshake, where there is one to make. What it throws is for <see cref="Fail(Exception)"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ConnectResult> ConnectAsync(CancellationToken cancellation)
    {
        ConnectResult connected = await Transport.ConnectAsync(EndPoint, ConnectSettings, cancellation).ConfigureAwait(false);
        if (_tls is null || connected.Connection is not { } plain) return connected;
        (TlsConnection? secure, CloseReason? failure) = await _tls.HandshakeAsync(plain, cancellation).ConfigureAwait(false);
        return failure is null ? new ConnectResult(secure, SocketError.Success) : throw ConnectFailure.Handshake(EndPoint, failure);
    }

    /// <summary>Makes a connection of what the transport gave.</summary>
    public Connection Open(ITransportConnection transport)
    {
        var connection = new Connection(transport, _settings, this);
        _metrics.Connected();
        ConnectLog.Connected(Log, connection.Id, EndPoint);
        return connection;
    }

    /// <summary>Counts a failure, and says it in words.</summary>
    public ConnectException Fail(SocketError error) => Note(ConnectFailure.From(EndPoint, error));

    /// <summary>... that of what was thrown.</summary>
    public ConnectException Fail(Exception thrown) => Note(thrown switch
    {
        ConnectException failure => failure,
        SocketException known => ConnectFailure.From(EndPoint, known.SocketErrorCode, known),
        _ => ConnectFailure.From(EndPoint, SocketError.SocketError, thrown),
    });

    /// <summary>... that of a time that is over.</summary>
    public ConnectException FailInTime() => Note(ConnectFailure.TimedOut(EndPoint, Timeout));

    void IConnectionOwner.Release(Connection connection, CloseReason reason) => _metrics.Closed(reason.Kind);

    void IConnectionOwner.Ended(Connection connection)
    {
    }

    private ConnectException Note(ConnectException failure)
    {
        _metrics.ConnectFailed(failure.SocketError);
        ConnectLog.ConnectFailed(Log, failure);
        return failure;
    }
}
