using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace RxGlisten;

/// <summary>
/// An address as Linux lays it out in <c>struct sockaddr</c> (ip(7), ipv6(7), unix(7)), kept small: most servers never ask for the peer's endpoint, which
/// takes three objects.
/// </summary>
internal readonly struct NativeAddress
{
    private const ushort Unix = 1;
    private const ushort InterNetwork = 2;
    private const ushort InterNetworkV6 = 10;

    // A client that did not bind has no name; most of them, so it is one for all.
    private static readonly EndPoint s_unnamed = UnixEndPoint([1, 0]);

    private readonly EndPoint? _made;
    private readonly ulong _first;  // of the IP address, in the order of the network
    private readonly ulong _second;
    private readonly uint _scope;
    private readonly ushort _family;
    private readonly ushort _port;

    /// <summary>One whose endpoint is known.</summary>
    public NativeAddress(EndPoint endpoint) => _made = endpoint;

    /// <summary>Reads one.</summary>
    public NativeAddress(ReadOnlySpan<byte> address)
    {
        _family = MemoryMarshal.Read<ushort>(address);
        switch (_family)
        {
            case InterNetwork:
                _port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
                _first = MemoryMarshal.Read<uint>(address[4..]);
                break;
            case InterNetworkV6:
                _port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
                _first = MemoryMarshal.Read<ulong>(address[8..]);
                _second = MemoryMarshal.Read<ulong>(address[16..]);
                _scope = MemoryMarshal.Read<uint>(address[24..]);
                break;
            case Unix:
                _made = address.Length <= sizeof(ushort) ? s_unnamed : UnixEndPoint(address);
                break;
            default:
                throw new NotSupportedException($"A socket has an address of the family {_family}.");
        }
    }

    /// <summary>The system's number of a family.</summary>
    public static int FamilyOf(AddressFamily family) => family switch
    {
        AddressFamily.InterNetwork => InterNetwork,
        AddressFamily.InterNetworkV6 => InterNetworkV6,
        _ => Unix,
    };

    /// <summary>The endpoint that it names.</summary>
    public EndPoint ToEndPoint()
    {
        switch (_family)
        {
            case InterNetwork:
                return new IPEndPoint((uint)_first, _port);
            case InterNetworkV6:
                Span<byte> bytes = stackalloc byte[16];
                MemoryMarshal.Write(bytes, _first);
                MemoryMarshal.Write(bytes[8..], _second);
                return new IPEndPoint(new IPAddress(bytes, _scope), _port);
            default:
                return _made!; // of every other one
        }
    }

    private static EndPoint UnixEndPoint(ReadOnlySpan<byte> address)
    {
        var copy = new SocketAddress(AddressFamily.Unix, address.Length);
        address.CopyTo(copy.Buffer.Span);
        return new UnixDomainSocketEndPoint("/").Create(copy);
    }
}
