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
        SetBuffer(MemoryMarshal.AsMemory(data[..Math.Min(data.Length, MostBytes)]));
        return Start();
    }

    protected override bool Begin() => socket.SendAsync(this);

    protected override Transfer Finish()
    {
        SetBuffer(default);
        return new Transfer(SocketError == SocketError.Success ? BytesTransferred : 0, SocketError);
    }
}
