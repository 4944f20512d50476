using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>
/// A connection as the transport of an encrypted one. Each receive subscribes for one packet, so that nothing is read that is not asked for.
/// What is sent stays under the high-water mark: at the mark the connection would stop reading, and two sides that both write before they read would wait for each other.
/// </summary>
internal sealed class PlainConnection(Connection plain) : ITransportConnection, IPacketSink, IConnectionWatcher, IExplainsFailure
{
    private readonly int _mostQueued = (int)Math.Clamp(plain.Settings.Options.OutboundHighWaterBytes - 1, 1, int.MaxValue);
    private IReceiveBuffer? _buffer;   // of the receive under way
    private int _received;             // by it
    private Waiter<bool>? _receiving;
    private byte[] _rest = [];         // what it had no room for
    private IHangUpWatcher? _watcher;
    private volatile bool _ended;

    public EndPoint LocalEndPoint => plain.LocalEndPoint;

    public EndPoint RemoteEndPoint => plain.RemoteEndPoint;

    public TlsInfo? Tls => null;

    public ITransportExecutor Executor => plain.Executor;

    public CloseReason? Failure { get; private set; }

    /// <summary>Whether the encrypted connection was reset.</summary>
    public bool IsAborted { get; private set; }

    bool IPacketSink.KeepsNothing => true;

    bool IPacketSink.TakesOne => true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer)
    {
        if (_ended)
            return new Transfer(0, SocketError.OperationAborted);
        if (_rest.Length > 0)
        {
            var rest = _rest;
            _rest = [];
            return new Transfer(Fill(buffer, rest), SocketError.Success);
        }

        _buffer = buffer;
        _received = 0;
        _receiving = new Waiter<bool>(plain.Executor);
        var task = _receiving.Task;
        plain.Inbound.Subscribe(this);
        var hasBytes = await task.ConfigureAwait(false);
        if (hasBytes)
            return new Transfer(_received, SocketError.Success);
        if (_ended)
            return new Transfer(0, SocketError.OperationAborted);
        Failure ??= plain.Inbound.EndReason;
        return new Transfer(0, Failure is null ? SocketError.Success : SocketError.ConnectionAborted);
    }

    public Transfer TrySend(ReadOnlySpan<byte> data)
    {
        if (Refusal is { } refusal)
            return refusal;
        var count = (int)Math.Min(data.Length, _mostQueued - plain.Outbound.QueuedBytes);
        if (count <= 0)
            return default;
        plain.Outbound.OnNext(data[..count].ToArray());
        return new Transfer(count, SocketError.Success);
    }

    public Transfer TrySend(IList<ArraySegment<byte>> segments)
    {
        var total = 0;
        foreach (var segment in segments)
        {
            var sent = TrySend(segment.AsSpan());
            if (!sent.Succeeded)
                return sent;
            total += sent.Bytes;
            if (sent.Bytes < segment.Count)
                break;
        }

        return new Transfer(total, SocketError.Success);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data)
    {
        while (true)
        {
            var sent = TrySend(data.Span);
            if (!sent.Succeeded || sent.Bytes > 0 || data.IsEmpty)
                return sent;
            try
            {
                await plain.Outbound.FlushAsync().ConfigureAwait(false);
            }
            catch (ConnectionClosedException e)
            {
                Failure ??= e.Reason;
                return new Transfer(0, SocketError.ConnectionAborted);
            }
        }
    }

    public SocketError ShutdownSending()
    {
        if (_ended)
            return SocketError.OperationAborted;
        plain.Outbound.OnCompleted();
        return SocketError.Success;
    }

    public void Watch(IHangUpWatcher watcher) => _watcher = watcher;

    // The plain connection is the owner's to end, who is told next, and why. That ends a receive under way, too: never while it fills its buffer.
    public void Close() => _ended = true;

    public void Abort()
    {
        IsAborted = true;
        _ended = true;
    }

    public void OnBytes(ReadOnlyMemory<byte> data)
    {
        try
        {
            _received = Fill(_buffer!, data.Span); // there is one as long as this is subscribed
        }
        catch
        {
            _receiving!.End(false); // there is no memory, and nothing more will come: this has left
            throw;
        }

        _receiving!.End(true);
    }

    public void OnNext(Message value) => OnBytes(((Packet)value).Data); // a connection delivers packets

    public void OnError(Exception error)
    {
        if (error is InvalidOperationException)
            Failure ??= new CloseReason(CloseKind.HandlerFault, "The connection can't be upgraded to TLS while somebody is subscribed to its Inbound.", error);
        _receiving!.End(false);
    }

    public void OnCompleted() => _receiving!.End(false);

    void IConnectionWatcher.OnClosed(CloseReason reason)
    {
        if (_ended)
            return;
        Failure ??= reason;
        _watcher!.OnHangUp(SocketError.ConnectionAborted); // the encrypted connection watches from its making
    }

    void IConnectionWatcher.OnSettled()
    {
    }

    private Transfer? Refusal => _ended ? new Transfer(0, SocketError.OperationAborted) : Failure is not null ? new Transfer(0, SocketError.ConnectionAborted) : null;

    private int Fill(IReceiveBuffer buffer, ReadOnlySpan<byte> data)
    {
        var memory = buffer.GetMemory(data.Length);
        var count = Math.Min(data.Length, memory.Length);
        data[..count].CopyTo(memory.Span);
        _rest = data[count..].ToArray();
        return count;
    }
}
