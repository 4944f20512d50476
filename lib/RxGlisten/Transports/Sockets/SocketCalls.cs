using System.Net.Sockets;

namespace RxGlisten;

/// <summary>Calls of a non-blocking socket, with their errors as results.</summary>
internal static class SocketCalls
{
    /// <summary>Receives what there is; -1 bytes when there is nothing.</summary>
    public static Transfer Receive(Socket socket, Span<byte> memory)
    {
        try
        {
            var count = socket.Receive(memory, SocketFlags.None, out var error);
            return error == SocketError.WouldBlock ? new Transfer(-1, SocketError.Success) : new Transfer(count, error);
        }
        catch (ObjectDisposedException)
        {
            return new Transfer(0, SocketError.OperationAborted);
        }
    }

    /// <summary>Reads off what has arrived: unread, it would turn the close into a reset, which destroys what is on its way to the peer.</summary>
    public static void DiscardArrived(Socket socket)
    {
        var scrap = DiscardBuffer.Shared.GetMemory(0).Span;
        for (var rounds = DiscardBuffer.RoundsAtClose; rounds > 0 && Receive(socket, scrap).Bytes > 0; rounds--)
        {
        }
    }

    /// <summary>Sends what there is room for.</summary>
    public static Transfer Send(Socket socket, ReadOnlySpan<byte> data)
    {
        try
        {
            var count = socket.Send(data, SocketFlags.None, out var error);
            return Sent(count, error);
        }
        catch (ObjectDisposedException)
        {
            return new Transfer(0, SocketError.OperationAborted);
        }
    }

    /// <summary>Gathers and sends what there is room for.</summary>
    public static Transfer Send(Socket socket, IList<ArraySegment<byte>> segments)
    {
        try
        {
            var count = socket.Send(segments, SocketFlags.None, out var error);
            return Sent(count, error);
        }
        catch (ObjectDisposedException)
        {
            return new Transfer(0, SocketError.OperationAborted);
        }
    }

    // A partial non-blocking send reports the bytes and the shortage of room together.
    private static Transfer Sent(int count, SocketError error) =>
        error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable
            ? new Transfer(Math.Max(0, count), SocketError.Success)
            : new Transfer(count, error);
}
