using System.Net;
using System.Net.Sockets;

namespace RxGlisten.Spec.Transports;

/// <summary>A peer that is a transport connection itself.</summary>
public sealed class TransportPeer(ITransportConnection connection) : ITestPeer
{
    public EndPoint? LocalEndPoint => connection.LocalEndPoint;

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var sent = await connection.SendAsync(bytes);
            if (!sent.Succeeded) throw new SocketException((int)sent.Error);
            bytes = bytes[sent.Bytes..];
        }
    }

    public async Task<Received> ReceiveAsync(int most = 64 * 1024)
    {
        var buffer = new TestBuffer(most);
        var received = await connection.ReceiveAsync(buffer);
        return new Received(buffer.Bytes(received.Bytes), received.Error);
    }

    public void FinishSending() => connection.ShutdownSending();

    public void Reset() => connection.Abort();

    public void Close() => connection.Close();

    public void Dispose() => connection.Abort();
}
