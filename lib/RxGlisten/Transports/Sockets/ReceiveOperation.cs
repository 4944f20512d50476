using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// A receive that waits in a small buffer of its own, so that an idle connection holds 512 bytes, and a short message takes one system
/// call less than with a wait for zero bytes. What fills it is read on into memory that is asked for then.
/// </summary>
internal sealed class ReceiveOperation : SocketOperation
{
    private const int WaitingBytes = 512;

    private readonly byte[] _waiting = GC.AllocateUninitializedArray<byte>(WaitingBytes);
    private readonly Socket _socket;
    private IReceiveBuffer? _target;
    private int _restStart; // bytes that the target's memory had no room for wait in _waiting
    private int _restEnd;
    private bool _expectsExact;

    public ReceiveOperation(Socket socket)
    {
        _socket = socket;
        SetBuffer(_waiting, 0, WaitingBytes);
    }

    /// <summary>Whether the peer's FIN was received, so that nothing else can be.</summary>
    public bool SawFin { get; private set; }

    /// <summary>Receives at least a byte, the peer's FIN or an error.</summary>
    public ValueTask<Transfer> ReceiveAsync(IReceiveBuffer target)
    {
        if (_restEnd > _restStart)
            return new ValueTask<Transfer>(TakeRest(target));
        _target = target;
        return Start();
    }

    protected override bool Begin() => _socket.ReceiveAsync(this);

    protected override Transfer Finish(bool inline)
    {
        if (SocketError != SocketError.Success)
            return new Transfer(0, SocketError);
        _restStart = 0;
        _restEnd = BytesTransferred;
        if (_restEnd == 0)
        {
            SawFin = true;
            return default;
        }

        var target = _target!; // set when the receive began
        _target = null;
        // Bursts of just this size are common; where one was the last time, it is only read on when more was there at once.
        if (_restEnd < WaitingBytes || (_expectsExact && !inline))
            return TakeRest(target);

        var memory = target.GetMemory(0).Span;
        var count = Take(memory);
        if (count == memory.Length)
            return new Transfer(count, SocketError.Success);
        var more = SocketCalls.Receive(_socket, memory[count..]);
        _expectsExact = more.Bytes < 0;
        // An error or a FIN behind the bytes comes again with the next receive.
        return new Transfer(count + Math.Max(0, more.Bytes), SocketError.Success);
    }

    private Transfer TakeRest(IReceiveBuffer target) =>
        new(Take(target.GetMemory(_restEnd - _restStart).Span), SocketError.Success);

    private int Take(Span<byte> memory)
    {
        var count = Math.Min(memory.Length, _restEnd - _restStart);
        _waiting.AsSpan(_restStart, count).CopyTo(memory);
        _restStart += count;
        return count;
    }
}
