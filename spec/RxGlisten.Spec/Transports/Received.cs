using System.Net.Sockets;

namespace RxGlisten.Spec.Transports;

/// <summary>What a <see cref="ITestPeer"/> received: bytes, the FIN (none, without error) or the end by an error.</summary>
public readonly record struct Received(byte[] Bytes, SocketError Error)
{
    public bool IsFin => Bytes.Length == 0 && Error == SocketError.Success;

    public bool IsError => Error != SocketError.Success;
}
