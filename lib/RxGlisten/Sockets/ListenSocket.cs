using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace RxGlisten.Sockets;

/// <summary>
/// A listening socket that is accepted from by hand: the low level, without acceptors, observables or a supervisor. For a server that handles a few connections, or
/// one at a time. It listens wherever <see cref="RxServer"/> does.
/// </summary>
public sealed class ListenSocket : IDisposable
{
    private readonly ITransportListener _listener;
    private readonly ServerOptions _options;
    private readonly Clock _clock;

    private ListenSocket(ITransportListener listener, ServerOptions options, Clock clock) => (_listener, _options, _clock) = (listener, options, clock);

    /// <summary>Where it listens: the real port where 0 was asked (getsockname(2)).</summary>
    public EndPoint LocalEndPoint => Connection.Plain(_listener.LocalEndPoint);

    /// <summary>Binds and listens.</summary>
    /// <param name="endpoint">Where; port 0 lets the system choose.</param>
    /// <param name="options">
    /// Those that concern sockets are used: backlog, addresses and files, no-delay, keep-alive, buffers, <see cref="ConnectionOptions.SendTimeout"/>,
    /// <see cref="ConnectionOptions.ReceiveBufferBytes"/>, TLS and its log, and the scheduler, which runs every time limit. Nothing counts against
    /// <see cref="ServerOptions.MaxConnections"/>: who accepts by hand bounds what it accepts. Null for the defaults.
    /// </param>
    /// <exception cref="ListenException">The endpoint can't be bound; the message says why and what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="TlsCertificateException">There is no certificate to begin with.</exception>
    public static ListenSocket Listen(EndPoint endpoint, ServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var valid = options ?? new ServerOptions();
        ServerOptionsValidator.Validate(valid);
        return Bind(endpoint, TransportChoice.Of(endpoint, valid), valid);
    }

    /// <summary>Binds an address and listens, as <see cref="Listen(EndPoint, ServerOptions?)"/>.</summary>
    /// <param name="address">As for <see cref="RxServer.Listen(string, ServerOptions?)"/>.</param>
    /// <param name="options">As of the other form.</param>
    /// <exception cref="FormatException">The address is not one.</exception>
    /// <exception cref="ListenException">The endpoint can't be bound; the message says why and what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static ListenSocket Listen(string address, ServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Listen(ServerAddress.Parse(address), options);
    }

    /// <summary>
    /// Waits for the next connection, which is the caller's to close. Several may wait at a time. An accept that ran out of time or was cancelled has taken none. Who
    /// awaits goes on on the transport's thread. With <see cref="ServerOptions.Tls"/> a connection comes when its handshake is over. Handshakes run side by side while somebody waits, up to
    /// <see cref="TlsOptions.HandshakeLimit"/> of them and of connections that nobody has taken yet; one that fails is logged, and is no error here.
    /// </summary>
    /// <param name="timeout">How long; zero looks only whether one waits already. Default no limit.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="SocketException">
    /// <see cref="SocketError.TimedOut"/> when the time is over, <see cref="SocketError.OperationAborted"/> when the socket is closed. Other errors are those of
    /// accept(2); most of them are about one client, and the next accept may do well.
    /// </exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ConnectedSocket> AcceptAsync(TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var limit = TimeLimit.Of(timeout);
        cancellation.ThrowIfCancellationRequested();
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var accept = _listener.AcceptAsync(cut.Token);
        using var timer = accept.IsCompleted ? null : limit.Cancels(cut, _clock, _listener.Executor);
        var (connection, error) = await accept.ConfigureAwait(false);
        if (connection is not null)
            return new ConnectedSocket(connection, _options, _clock);
        if (error == SocketError.OperationAborted && cut.IsCancellationRequested)
            throw cancellation.IsCancellationRequested ? new OperationCanceledException(cancellation) : TimeLimit.Exceeded();
        throw new SocketException((int)error);
    }

    /// <summary>
    /// Stops listening. Accepts that wait end; connections that an accept gave live on, those that none did (TLS handshakes among them) are reset. Idempotent.
    /// </summary>
    public void Close() => _listener.Dispose();

    /// <summary>As <see cref="Close"/>.</summary>
    public void Dispose() => Close();

    private static ListenSocket Bind(EndPoint endpoint, ITransport transport, ServerOptions options)
    {
        var (clock, settings) = (new Clock(options.Scheduler), new TransportSettings(options));
        if (options.Tls is null)
            return new ListenSocket(transport.Listen(endpoint, settings), options, clock);
        var tls = TlsServer.Of(options, clock, transport.Executor);
        try
        {
            return new ListenSocket(new TlsListener(transport.Listen(endpoint, settings), tls, options.Tls, clock), options, clock);
        }
        catch (Exception)
        {
            tls.Dispose();
            throw;
        }
    }
}
