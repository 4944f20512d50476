using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RxGlisten;

/// <summary>
/// What a unix endpoint names: a path, a name in Linux's abstract namespace (unix(7)), or nothing (a client that did not bind).
/// Read from the serialized address, because the endpoint's own text shows an abstract name and a file called "@name" alike.
/// </summary>
/// <param name="Text">The path, or the abstract name without its leading NUL.</param>
/// <param name="IsAbstract">Whether no file is involved.</param>
internal readonly record struct UnixSocketName(string Text, bool IsAbstract)
{
    private const int PathOffset = 2; // sun_family, or sun_len and sun_family on BSD

    /// <summary>The most bytes a path or an abstract name may have: sun_path less its NUL.</summary>
    public static int MaxBytes => OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? 103 : 107;

    /// <summary>Whether a path or an abstract name is short enough for a socket address.</summary>
    public static bool Fits(string text) => Encoding.UTF8.GetByteCount(text) <= MaxBytes;

    /// <summary>Reads it from an endpoint.</summary>
    public static UnixSocketName Of(UnixDomainSocketEndPoint endpoint)
    {
        SocketAddress address = endpoint.Serialize();
        ReadOnlySpan<byte> bytes = address.Buffer.Span[..address.Size];
        bytes = bytes.Length > PathOffset ? bytes[PathOffset..] : [];
        if (bytes.Length > 1 && bytes[0] == 0) return new(Encoding.UTF8.GetString(bytes[1..]), IsAbstract: true);
        int end = bytes.IndexOf((byte)0);
        return new(Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]), IsAbstract: false);
    }
}
