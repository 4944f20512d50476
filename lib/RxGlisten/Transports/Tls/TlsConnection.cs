using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten;

/// <summary>
/// A connection encrypted over another one. The cryptography is <see cref="SslStream"/>'s, which is given ciphertext as it comes and never waits inside: receiving waits in
/// here, for whole records, and sending encrypts only what the outbox has room for. Two locks: that of reading, taken first, and that of the outbox for sending.
/// Neither is held while anything is waited for.
/// </summary>
internal sealed class TlsConnection : ITransportConnection, ISocketOptions, IHangUpWatcher, IExplainsFailure
{
    private const int GatherBytes = 32 * 1024; // what SslStream encrypts in one go

    private readonly ITransportConnection _inner;
    private readonly CipherInbox _inbox = new();
    private readonly CipherOutbox _outbox;
    private readonly CipherStream _stream;
    private readonly SslStream _ssl;
    private readonly TlsReader _reader;
    private readonly Func<SslStream, Task> _authenticate;
    private readonly ITransportExecutor? _aside; // where the handshake computes; null for the transport's own thread
    private readonly Lock _reading = new();
    private IHangUpWatcher? _watcher;
    private bool _isReady;      // the handshake is over
    private bool _isReceiving = true; // the handshake does, or the transport fills the inbox
    private bool _finishes;     // close_notify was sent, or is not to be
    private int _ended;         // closed or aborted
    private CloseReason? _failure;

    /// <summary>Wraps a connection; the handshake is still to be made.</summary>
    /// <param name="inner">The connection; this one owns it.</param>
    /// <param name="authenticate">Makes the handshake.</param>
    public TlsConnection(ITransportConnection inner, Func<SslStream, Task> authenticate)
    {
        (_inner, _authenticate) = (inner, authenticate);
        _outbox = new CipherOutbox(inner);
        _aside = (inner.Executor as IHasThreadsAside)?.Aside;
        _stream = new CipherStream(inner, _inbox, _outbox, _aside);
        _ssl = new SslStream(_stream);
        _reader = new TlsReader(_ssl, _stream, _inbox);
    }

    /// <summary>Makes one beside the transport's thread, where that is other connections' too: certificates may have to be read for it. What follows is on that thread again.</summary>
    /// <param name="inner">The connection.</param>
    /// <param name="wrap">Wraps it.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<TlsConnection> MakeAsync(ITransportConnection inner, Func<ITransportConnection, TlsConnection> wrap)
    {
        if (inner.Executor is not IHasThreadsAside { Aside: var aside })
            return wrap(inner);
        await new MoveTo(aside);
        try
        {
            return wrap(inner);
        }
        finally
        {
            await new MoveTo(inner.Executor);
        }
    }

    public EndPoint LocalEndPoint => _inner.LocalEndPoint;

    public EndPoint RemoteEndPoint => _inner.RemoteEndPoint;

    public TlsInfo? Tls { get; private set; }

    public ITransportExecutor Executor => _inner.Executor;

    public CloseReason? Failure
    {
        get => _failure ?? (_inner as IExplainsFailure)?.Failure;
        private set => _failure = value;
    }

    /// <summary>Whether ciphertext of what was sent is still here.</summary>
    public bool HasUnsent
    {
        get
        {
            lock (_outbox.Gate)
                return _outbox.HasUnsent;
        }
    }

    bool IHangUpWatcher.IsPaused => _isReady && _watcher!.IsPaused; // the transport was given this one after that one was

    private ISocketOptions Options => _inner as ISocketOptions ?? throw new SocketException((int)SocketError.OperationNotSupported);

    private bool IsEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>
    /// Makes the handshake. Until it is over nothing else may be received or sent; ending the connection ends it. It takes as long as dozens of messages: where
    /// the transport's thread is that of other connections too it is made beside it, and what follows is on the transport's thread again.
    /// </summary>
    /// <returns>Null, or why it failed; then the connection is to be closed.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CloseReason?> HandshakeAsync()
    {
        try
        {
            if (_aside is not null)
                await new MoveTo(_aside);
            await _authenticate(_ssl).ConfigureAwait(false);
            Tls = Describe();
        }
        catch (Exception e)
        {
            Failure = HandshakeFailure.Explain(_stream, IsEnded, e);
        }

        if (_aside is not null)
            await new MoveTo(_inner.Executor);
        lock (_reading)
        {
            _isReceiving = false;
            _stream.IsFed = true;
            _isReady = _failure is null;
            if (IsEnded)
                _inbox.Clear();
        }

        return _failure;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer)
    {
        var reading = new TlsReader.Progress(buffer);
        while (true)
        {
            lock (_reading)
            {
                if (Read(ref reading) is { } result)
                    return result;
                _inbox.Trim();
                _isReceiving = true;
            }

            var received = await _inner.ReceiveAsync(_inbox).ConfigureAwait(false);
            lock (_reading)
            {
                _isReceiving = false;
                if (received.Bytes > 0)
                    _inbox.Add(received.Bytes);
                else
                    _reader.End(received.Error);
                if (IsEnded)
                    _inbox.Clear();
            }
        }
    }

    public Transfer TrySend(ReadOnlySpan<byte> data)
    {
        lock (_outbox.Gate)
        {
            if (CannotSend(out var error))
                return new Transfer(0, error);
            var count = Math.Min(data.Length, _outbox.Room);
            return count == 0 ? default : Sent(count, Encrypt(data[..count]));
        }
    }

    public Transfer TrySend(IList<ArraySegment<byte>> segments)
    {
        lock (_outbox.Gate)
        {
            if (CannotSend(out var error))
                return new Transfer(0, error);
            var room = _outbox.Room;
            var gathered = new GatheredBytes(GatherBytes);
            var count = 0;
            foreach (var segment in segments)
            {
                var rest = segment.AsSpan(0, Math.Min(segment.Count, room - count));
                count += rest.Length;
                while (error == SocketError.Success && !rest.IsEmpty)
                {
                    if (gathered.IsEmpty && rest.Length >= GatherBytes)
                    {
                        error = Encrypt(rest);
                        break;
                    }

                    rest = rest[gathered.Add(rest)..];
                    if (gathered.IsFull)
                        error = Encrypt(gathered.TakeAll());
                }
            }

            if (error == SocketError.Success && !gathered.IsEmpty)
                error = Encrypt(gathered.TakeAll());
            gathered.GiveBack();
            return Sent(count, error);
        }
    }

    public ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data)
    {
        if (data.IsEmpty)
            return SendWithRoomAsync(data);
        var sent = TrySend(data.Span);
        return !sent.Succeeded || sent.Bytes > 0 ? new(sent) : SendWithRoomAsync(data);
    }

    public SocketError ShutdownSending()
    {
        lock (_reading)
        {
            lock (_outbox.Gate)
            {
                if (IsEnded)
                    return SocketError.OperationAborted;
                SayGoodbye();
                return _outbox.Finish();
            }
        }
    }

    public void Watch(IHangUpWatcher watcher)
    {
        _watcher = watcher;
        _inner.Watch(this);
    }

    // A FIN is passed on as it is: whether close_notify came before it shows when it is read.
    void IHangUpWatcher.OnHangUp(SocketError error) => _watcher!.OnHangUp(error); // as above

    public int GetOption(SocketOptionLevel level, SocketOptionName name) => Options.GetOption(level, name);

    public void SetOption(SocketOptionLevel level, SocketOptionName name, int value) => Options.SetOption(level, name, value);

    public void Close()
    {
        if (!IsEnded)
            ShutdownSending();
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        _inner.Close();
        Release();
    }

    public void Abort()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        _inner.Abort();
        Release();
    }

    /// <summary>The next thing that reading comes to, if it needs nothing more for that.</summary>
    private Transfer? Read(ref TlsReader.Progress reading)
    {
        if (IsEnded)
            return new Transfer(0, SocketError.OperationAborted);
        if (!_isReady)
            return new Transfer(0, SocketError.NotConnected); // the handshake has the transport
        try
        {
            return _reader.Read(ref reading);
        }
        catch (Exception e)
        {
            if (IsEnded)
                return new Transfer(0, SocketError.OperationAborted);
            Failure = new CloseReason(CloseKind.ProtocolError, $"What the peer sent is not TLS as it was agreed on: {HandshakeFailure.Causes(e)}", e);
            return _reader.Fail(reading);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Transfer> SendWithRoomAsync(ReadOnlyMemory<byte> data)
    {
        Transfer sent;
        do
        {
            await _outbox.ProgressAsync().ConfigureAwait(false);
            sent = data.IsEmpty ? Flushed() : TrySend(data.Span);
        }
        while (sent is { Succeeded: true, Bytes: 0 } && !data.IsEmpty);
        return sent;
    }

    private Transfer Flushed()
    {
        lock (_outbox.Gate)
            return new Transfer(0, IsEnded ? SocketError.OperationAborted : _outbox.Error);
    }

    private bool CannotSend(out SocketError error)
    {
        error = IsEnded ? SocketError.OperationAborted
            : _finishes ? SocketError.Shutdown
            : !_isReady ? SocketError.NotConnected
            : _outbox.Error;
        return error != SocketError.Success;
    }

    private SocketError Encrypt(ReadOnlySpan<byte> data)
    {
        try
        {
            _ssl.Write(data);
            return _outbox.Error;
        }
        catch (Exception e)
        {
            _failure ??= new CloseReason(CloseKind.TransportError, $"Encrypting failed: {HandshakeFailure.Causes(e)}", e);
            return SocketError.ConnectionAborted;
        }
    }

    private static Transfer Sent(int count, SocketError error) => new(error == SocketError.Success ? count : 0, error);

    /// <summary>Sends close_notify (RFC 8446, 6.1), once, if there was a handshake. Under both locks: to OpenSSL it is a read as well.</summary>
    private void SayGoodbye()
    {
        if (_finishes)
            return;
        _finishes = true;
        if (!_isReady || _outbox.Error != SocketError.Success)
            return;
        try
        {
            _ssl.ShutdownAsync().GetAwaiter().GetResult(); // completed: what it writes is taken at once
        }
        catch (Exception)
        {
            // The TLS session broke before, and whoever reads is told so; FIN follows all the same.
        }
    }

    private void Release()
    {
        lock (_reading)
        {
            lock (_outbox.Gate)
            {
                _outbox.Abandon();
                _stream.End();
                _ssl.Dispose();
            }

            if (!_isReceiving)
                _inbox.Clear();
        }
    }

    private TlsInfo Describe()
    {
        var alpn = _ssl.NegotiatedApplicationProtocol;
        return new TlsInfo(
            _ssl.SslProtocol,
            _ssl.NegotiatedCipherSuite,
            alpn == default ? null : alpn.ToString(),
            _ssl.TargetHostName is { Length: > 0 } name ? name : null,
            _ssl.IsServer ? _ssl.RemoteCertificate as X509Certificate2 : null);
    }
}
