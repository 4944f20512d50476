using System.Net.Sockets;
using RxGlisten.Spec.Testing;

namespace RxGlisten.Spec.Connecting.Doubles;

/// <summary>A connection whose other end is given some bytes and then an orderly end, whatever else is sent.</summary>
internal sealed class CutConnection(ITransportConnection inner, int bytes) : FaultyConnection(inner)
{
    private int _left = bytes;

    public override Transfer TrySend(ReadOnlySpan<byte> data) => _left == 0 ? Swallowed(data.Length) : Counted(Inner.TrySend(data[..Math.Min(data.Length, _left)]));

    public override Transfer TrySend(IList<ArraySegment<byte>> segments) => TrySend([.. segments.SelectMany(segment => segment)]);

    public override async ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data) =>
        _left == 0 ? Swallowed(data.Length) : Counted(await Inner.SendAsync(data[..Math.Min(data.Length, _left)]));

    public override SocketError ShutdownSending() => _left == 0 ? SocketError.Success : Inner.ShutdownSending();

    private static Transfer Swallowed(int count) => new(count, SocketError.Success);

    private Transfer Counted(Transfer sent)
    {
        _left -= sent.Bytes;
        if (_left == 0)
            Inner.ShutdownSending();
        return sent;
    }
}
