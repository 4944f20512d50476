using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace RxGlisten;

/// <summary>Reads <c>struct sockaddr</c> as Linux lays it out (ip(7), ipv6(7), unix(7)).</summary>
internal static class NativeAddress
{
    private const ushort Unix = 1;
    private const ushort InterNetwork = 2;
    private const ushort InterNetworkV6 = 10;

    // A client that did not bind has no name; most of them, so it is one for all.
    private static readonly EndPoint s_unnamed = UnixEndPoint([1, 0]);

    /// <summary>The endpoint that the address names.</summary>
    public static EndPoint ToEndPoint(ReadOnlySpan<byte> address)
    {
        var family = MemoryMarshal.Read<ushort>(address);
        return family switch
        {
            InterNetwork => new IPEndPoint(new IPAddress(address.Slice(4, 4)), Port(address)),
            InterNetworkV6 => new IPEndPoint(new IPAddress(address.Slice(8, 16), MemoryMarshal.Read<uint>(address[24..])), Port(address)),
            Unix => address.Length <= sizeof(ushort) ? s_unnamed : UnixEndPoint(address),
            _ => throw new NotSupportedException($"A socket of the address family {family} was accepted."),
        };
    }

    private static int Port(ReadOnlySpan<byte> address) => BinaryPrimitives.ReadUInt16BigEndian(address[2..]);

    private static EndPoint UnixEndPoint(ReadOnlySpan<byte> address)
    {
        var copy = new SocketAddress(AddressFamily.Unix, address.Length);
        address.CopyTo(copy.Buffer.Span);
        return new UnixDomainSocketEndPoint("/").Create(copy);
    }
}
