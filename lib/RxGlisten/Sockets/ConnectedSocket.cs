using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace RxGlisten.Sockets;

/// <summary>
/// A connected socket that is received from and sent to by hand: the low level. It belongs to one caller, who receives with one call at a time and sends with one
/// call at a time; both may go on at once, and <see cref="Close"/> and <see cref="Abort"/> may come from anywhere. Who awaits goes on on the transport's thread.
/// </summary>
public sealed class ConnectedSocket : IDisposable
{
    private readonly ITransportConnection _transport;
    private readonly SocketLife _life;
    private readonly SocketReceiver _receiver;
    private readonly SocketSender _sender;

    internal ConnectedSocket(ITransportConnection transport, ConnectionOptions options, Clock clock)
    {
        _transport = transport;
        _life = new SocketLife(transport);
        _receiver = new SocketReceiver(transport, _life, clock, options.ReceiveBufferBytes);
        _sender = new SocketSender(transport, _life, clock, options.SendTimeout);
    }

    /// <summary>This side's address (getsockname(2)).</summary>
    public EndPoint LocalEndPoint => Connection.Plain(_transport.LocalEndPoint);

    /// <summary>The peer's address (getpeername(2)); an IPv4 address mapped into IPv6 is shown as IPv4.</summary>
    public EndPoint RemoteEndPoint => Connection.Plain(_transport.RemoteEndPoint);

    /// <summary>What TLS agreed on; null where the bytes are plain.</summary>
    public TlsInfo? Tls => _transport.Tls;

    /// <summary>Connects, and makes the TLS handshake where <see cref="ClientOptions.Tls"/> asks for it. The socket is the caller's to close.</summary>
    /// <param name="endpoint">As for <see cref="RxClient.Connect(EndPoint, ClientOptions?)"/>.</param>
    /// <param name="options">Those that concern sockets and TLS are used; <see cref="ClientOptions.ConnectTimeout"/> bounds both. Null for the defaults.</param>
    /// <param name="cancellation">Gives up, and leaves nothing behind.</param>
    /// <exception cref="ConnectException">There is no connection; the message says why and what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">The server's name is to be verified, and there is none.</exception>
    /// <exception cref="TlsCertificateException">The client's own certificate can't be used.</exception>
    public static ValueTask<ConnectedSocket> ConnectAsync(EndPoint endpoint, ClientOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var valid = options ?? new ClientOptions();
        ClientOptionsValidator.Validate(valid);
        return OpenAsync(endpoint, valid, valid.Tls is null ? null : new TlsClient(valid.Tls, endpoint), cancellation);
    }

    /// <summary>Connects to an address, as <see cref="ConnectAsync(EndPoint, ClientOptions?, CancellationToken)"/>.</summary>
    /// <param name="address">As for <see cref="RxClient.Connect(string, ClientOptions?)"/>.</param>
    /// <param name="options">As of the other form.</param>
    /// <param name="cancellation">As of the other form.</param>
    /// <exception cref="FormatException">The address is not one.</exception>
    /// <exception cref="ConnectException">There is no connection; the message says why and what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static ValueTask<ConnectedSocket> ConnectAsync(string address, ClientOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        return ConnectAsync(ClientAddress.Parse(address), options, cancellation);
    }

    /// <summary>
    /// Receives whatever there is, waiting for at least a byte; nothing is the peer's FIN, or this side's <see cref="Shutdown"/>. The bytes never change and stay
    /// valid for as long as they are kept. A receive that ran out of time or was cancelled loses none: they are there for the next.
    /// </summary>
    /// <param name="timeout">How long; zero takes only what is there already. Default no limit.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="SocketException"><see cref="SocketError.TimedOut"/>: the time is over. The socket is as it was.</exception>
    /// <exception cref="ConnectionClosedException">The connection failed or was closed here; it has the <see cref="CloseReason"/>.</exception>
    /// <exception cref="InvalidOperationException">Another receive is under way.</exception>
    public ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        _receiver.ReceiveAsync(0, TimeLimit.Of(timeout), cancellation);

    /// <summary>
    /// Receives exactly so many bytes; none at all when the peer finished before the first of them. As
    /// <see cref="ReceiveAsync(TimeSpan?, CancellationToken)"/> otherwise. Memory grows with what arrives, not with what is asked for.
    /// </summary>
    /// <param name="count">How many; 1 or more.</param>
    /// <param name="timeout">How long all of them may take. Default no limit.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="SocketException"><see cref="SocketError.TimedOut"/>: the time is over. What had arrived is there for the next receive.</exception>
    /// <exception cref="ConnectionClosedException">
    /// The end came in the middle (<see cref="CloseKind.PeerClosed"/>), the connection failed, or it was closed here. What had arrived before the peer's
    /// end is there for the other form of this.
    /// </exception>
    /// <exception cref="InvalidOperationException">Another receive is under way.</exception>
    public ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(int count, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return _receiver.ReceiveAsync(count, TimeLimit.Of(timeout), cancellation);
    }

    /// <summary>
    /// Sends all of it; the memory is the socket's until this completes. A send that makes no progress for <see cref="ConnectionOptions.SendTimeout"/> resets the
    /// connection, for half of a message is worse than none, and fails as <see cref="CloseKind.SendTimeout"/>.
    /// </summary>
    /// <param name="data">What to send.</param>
    /// <param name="cancellation">Looked at before the first byte is sent, and ignored from then on.</param>
    /// <exception cref="ConnectionClosedException">The connection failed, was closed here, or sending was shut down; it has the <see cref="CloseReason"/>.</exception>
    /// <exception cref="InvalidOperationException">Another send is under way.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation = default) =>
        cancellation.IsCancellationRequested ? ValueTask.FromCanceled(cancellation) : _sender.SendAsync(data);

    /// <summary>Ends one direction or both, and keeps the socket. After all that was sent, the peer sees FIN (and before it, with TLS, close_notify); what still arrives when receiving is over is dropped.</summary>
    /// <param name="how">Which.</param>
    /// <exception cref="ConnectionClosedException">The connection failed or was closed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">None of them.</exception>
    public void Shutdown(SocketShutdown how)
    {
        OptionRange.RequireDefined(how, nameof(how));
        if (how is SocketShutdown.Receive or SocketShutdown.Both)
            _receiver.Finish();
        if (how is SocketShutdown.Send or SocketShutdown.Both)
            _sender.Finish();
    }

    /// <summary>
    /// Closes. What was sent still goes its way, unless something received is unread, or still arrives: then the system resets the connection, and
    /// the tail of what was sent may be lost (RFC 2525, 2.17). So the orderly end is <c>Shutdown(Send)</c>, receiving to the end, and then this. Idempotent.
    /// </summary>
    public void Close() => _life.Close();

    /// <summary>Resets the connection now (on unix sockets: closes at once). Idempotent.</summary>
    public void Abort() => _life.Abort(new CloseReason(CloseKind.Aborted, "Abort was called.", null));

    /// <summary>As <see cref="Close"/>.</summary>
    public void Dispose() => Close();

    /// <summary>Reads an option of the socket (getsockopt(2)) whose value is a number; flags are 0 and 1.</summary>
    /// <param name="level">The layer that it belongs to.</param>
    /// <param name="name">The option.</param>
    /// <exception cref="SocketException">The system has no such option there, or the transport is none of the system (<see cref="SocketError.OperationNotSupported"/>).</exception>
    public int GetOption(SocketOptionLevel level, SocketOptionName name) => Options.GetOption(level, name);

    /// <summary>Sets an option of the socket (setsockopt(2)).</summary>
    /// <param name="level">The layer that it belongs to.</param>
    /// <param name="name">The option.</param>
    /// <param name="value">Its value, in the unit of the system.</param>
    /// <exception cref="SocketException">As of <see cref="GetOption"/>, or the system refuses the value.</exception>
    public void SetOption(SocketOptionLevel level, SocketOptionName name, int value) => Options.SetOption(level, name, value);

    private ISocketOptions Options => _transport as ISocketOptions ?? throw new SocketException((int)SocketError.OperationNotSupported);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<ConnectedSocket> OpenAsync(EndPoint endpoint, ClientOptions options, TlsClient? tls, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var transport = TransportChoice.Of(endpoint, options);
        var clock = new Clock(options.Scheduler);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var connect = ConnectAsync(endpoint, transport, new ConnectSettings(options), tls, cut.Token);
        using var timer = connect.IsCompleted ? null : TimeLimit.Of(options.ConnectTimeout).Cancels(cut, clock, transport.Executor);
        var (connection, error) = await connect.ConfigureAwait(false);
        if (connection is not null)
            return new ConnectedSocket(connection, options, clock);
        if (error == SocketError.OperationAborted && cut.IsCancellationRequested)
            throw cancellation.IsCancellationRequested ? new OperationCanceledException(cancellation) : ConnectFailure.TimedOut(endpoint, options.ConnectTimeout);
        throw ConnectFailure.From(endpoint, error);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<ConnectResult> ConnectAsync(
        EndPoint endpoint, ITransport transport, ConnectSettings settings, TlsClient? tls, CancellationToken cancellation)
    {
        var connected = await transport.ConnectAsync(endpoint, settings, cancellation).ConfigureAwait(false);
        if (tls is null || connected.Connection is not { } plain)
            return connected;
        var (secure, failure) = await tls.HandshakeAsync(plain, cancellation).ConfigureAwait(false);
        if (failure is null)
            return new ConnectResult(secure, SocketError.Success);
        return cancellation.IsCancellationRequested ? new ConnectResult(null, SocketError.OperationAborted) : throw ConnectFailure.Handshake(endpoint, failure);
    }
}
