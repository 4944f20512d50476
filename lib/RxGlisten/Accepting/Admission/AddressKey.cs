using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>What peers are counted by.</summary>
internal static class AddressKey
{
    private const int PrefixBytes = 8;

    /// <summary>The IPv4 address, the first 64 bits of an IPv6 address, or null for what has none.</summary>
    public static IPAddress? Of(EndPoint remote)
    {
        if (remote is not IPEndPoint { Address: var address }) return null;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(PrefixBytes).Clear();
        return new IPAddress(bytes);
    }
}
