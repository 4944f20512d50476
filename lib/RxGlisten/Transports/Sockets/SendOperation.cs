using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace RxGlisten;

/// <summary>
/// A send that waits for room. It sends little at a time: the socket reports only when all it was given is gone, and a timeout for lack of progress
/// must see the first of it.
/// </summary>
internal sealed class SendOperation(Socket socket) : SocketOperation
{
    private const int MostBytes = 4096;

    /// <summary>Sends some of the data.</summary>
    public ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data)
    {
        // AsMemory: sending only reads it.
        try
        {
            SetBuffer(MemoryMarshal.AsMemory(data[..Math.Min(data.Length, MostBytes)]));
        }
        catch (ObjectDisposedException)
        {
            return new ValueTask<Transfer>(new Transfer(0, SocketError.OperationAborted));
        }

        return Start();
    }

    protected override bool Begin() => socket.SendAsync(this);

    // The buffer stays set: a close on another thread may have disposed these arguments already, and then nothing may be set.
    protected override Transfer Finish(bool inline) =>
        new(SocketError == SocketError.Success ? BytesTransferred : 0, SocketError);
}
