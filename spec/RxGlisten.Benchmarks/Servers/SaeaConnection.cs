using System.Net.Sockets;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>
/// One echo: never more than one operation is outstanding, so one argument does for receiving and for the rare send that has to wait.
/// </summary>
internal sealed class SaeaConnection(SaeaConnectionPool pool, bool zeroByteReceive)
    : SocketAsyncEventArgs(true), IThreadPoolWorkItem
{
    private const int BufferBytes = 64 * 1024;
    private const int OwnBufferBytes = 16 * 1024;

    // A connection that always has more would keep its thread from the others.
    private const int MostRoundsAtOnce = 32;

    [ThreadStatic] private static byte[]? t_buffer;

    private Socket? _socket;
    private readonly byte[]? _own = zeroByteReceive ? null : GC.AllocateUninitializedArray<byte>(OwnBufferBytes);
    private bool _sending;

    public void Serve(Socket socket)
    {
        socket.Blocking = false;
        _socket = socket;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute() => Run(ready: false);

    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        bool received = !_sending;
        _sending = false;
        if (SocketError != SocketError.Success) Close();
        else Run(ready: received);
    }

    private void Run(bool ready)
    {
        for (int round = 0; round < MostRoundsAtOnce; round++)
        {
            SaeaStep step = _own is null ? EchoFromThreadBuffer(ref ready) : EchoFromOwnBuffer(_own, ref ready);
            if (step == SaeaStep.Waits) return;
            if (step == SaeaStep.Over)
            {
                Close();
                return;
            }
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private SaeaStep EchoFromThreadBuffer(ref bool ready)
    {
        if (!ready)
        {
            SetBuffer(default);
            if (_socket!.ReceiveAsync(this)) return SaeaStep.Waits; // Serve set it, only Close takes it
            if (SocketError != SocketError.Success) return SaeaStep.Over;
        }
        byte[] buffer = t_buffer ??= GC.AllocateUninitializedArray<byte>(BufferBytes);
        int received = _socket!.Receive(buffer, SocketFlags.None, out SocketError error); // as above
        // A full buffer says there is more; anything less says there is not, and asking would be a wasted call.
        ready = received == buffer.Length;
        if (error == SocketError.WouldBlock) return SaeaStep.Again;
        return error == SocketError.Success && received > 0 ? Send(buffer, received) : SaeaStep.Over;
    }

    private SaeaStep EchoFromOwnBuffer(byte[] own, ref bool ready)
    {
        if (!ready)
        {
            SetBuffer(own, 0, own.Length);
            if (_socket!.ReceiveAsync(this)) return SaeaStep.Waits; // as above
        }
        ready = false;
        return SocketError == SocketError.Success && BytesTransferred > 0 ? Send(own, BytesTransferred) : SaeaStep.Over;
    }

    /// <summary>Sends at once what goes; the rest waits in this argument.</summary>
    private SaeaStep Send(byte[] buffer, int count)
    {
        int sent = _socket!.Send(buffer.AsSpan(0, count), SocketFlags.None, out SocketError error); // as above
        if (error is not (SocketError.Success or SocketError.WouldBlock)) return SaeaStep.Over;
        if (error == SocketError.WouldBlock) sent = 0;
        if (sent == count) return SaeaStep.Again;
        if (buffer == t_buffer) t_buffer = null; // it goes with the operation; the thread makes itself another
        SetBuffer(buffer, sent, count - sent);
        _sending = true;
        if (_socket.SendAsync(this)) return SaeaStep.Waits;
        _sending = false;
        return SocketError == SocketError.Success ? SaeaStep.Again : SaeaStep.Over;
    }

    private void Close()
    {
        Socket socket = _socket!; // as above
        _socket = null;
        SetBuffer(default);
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The peer reset it.
        }
        socket.Dispose();
        pool.Return(this);
    }
}
