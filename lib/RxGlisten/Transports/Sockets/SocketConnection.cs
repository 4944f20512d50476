using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>A connection on <see cref="Socket"/>, for every system that .NET runs on.</summary>
internal sealed class SocketConnection : ITransportConnection, ISocketOptions
{
    private readonly Socket _socket;
    private readonly ReceiveOperation _receive;
    private SendOperation? _send; // made by the first send that has to wait
    private IHangUpWatcher? _watcher;
    private int _closed;

    public SocketConnection(Socket socket, EndPoint local, EndPoint remote)
    {
        _socket = socket;
        _receive = new ReceiveOperation(socket);
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        socket.Blocking = false;
    }

    public EndPoint LocalEndPoint { get; }

    public EndPoint RemoteEndPoint { get; }

    public TlsInfo? Tls => null;

    public ITransportExecutor Executor => PoolExecutor.Instance;

    public ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer) => _receive.ReceiveAsync(buffer);

    public Transfer TrySend(ReadOnlySpan<byte> data) => SocketCalls.Send(_socket, data);

    public Transfer TrySend(IList<ArraySegment<byte>> segments) => SocketCalls.Send(_socket, segments);

    public ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data) => (_send ??= new SendOperation(_socket)).SendAsync(data);

    public SocketError ShutdownSending() => Shutdown(SocketShutdown.Send);

    public int GetOption(SocketOptionLevel level, SocketOptionName name) =>
        _socket.GetSocketOption(level, name) is int value ? value : throw new SocketException((int)SocketError.ProtocolOption);

    public void SetOption(SocketOptionLevel level, SocketOptionName name, int value) => _socket.SetSocketOption(level, name, value);

    public void Watch(IHangUpWatcher watcher)
    {
        _watcher = watcher;
        HangUpSweep.Add(this);
    }

    /// <summary>Looks whether the peer is gone while nobody receives, and tells the watcher; false when there is nothing to look after.</summary>
    public bool LookForHangUp()
    {
        if (_watcher is not { } watcher || Volatile.Read(ref _closed) != 0)
            return false;
        if (!watcher.IsPaused || !HasFailed(out var error))
            return true;
        watcher.OnHangUp(error);
        return false;
    }

    public void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        HangUpSweep.Remove(this);
        // Disposing a socket with a receive pending resets the connection; ending the receive first makes it a FIN.
        if (_receive.IsPending)
        {
            _receive.Abort();
            Shutdown(SocketShutdown.Both);
        }

        if (!_receive.SawFin)
            SocketCalls.DiscardArrived(_socket);
        Release();
    }

    public void Abort()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        HangUpSweep.Remove(this);
        try
        {
            if (_socket.AddressFamily != AddressFamily.Unix)
                _socket.LingerState = new LingerOption(true, 0); // close(2) then resets
        }
        catch (SocketException)
        {
            // The connection is gone already, which is what was wanted.
        }

        Release();
    }

    private void Release()
    {
        _receive.Abort();
        _send?.Abort();
        _socket.Dispose();
        _receive.Dispose();
        _send?.Dispose();
    }

    private SocketError Shutdown(SocketShutdown how)
    {
        try
        {
            _socket.Shutdown(how);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
        catch (ObjectDisposedException)
        {
            return SocketError.OperationAborted;
        }
    }

    private bool HasFailed(out SocketError error)
    {
        error = SocketError.Success;
        try
        {
            if (!_socket.Poll(0, SelectMode.SelectError))
                return false;
            error = (SocketError)(int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!; // an int for this option
            return error != SocketError.Success; // without an error it is urgent data (POLLPRI), or somebody else was told already
        }
        catch (SocketException e)
        {
            error = e.SocketErrorCode;
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}
