using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace RxGlisten.Benchmarks.Load;

/// <summary>
/// Makes non-blocking connections to the server. On TCP the source address wanders over 127.0.0.2 to 127.0.0.241 with the port left to
/// connect(2), so that closed connections in TIME_WAIT don't use up the ports of one address.
/// </summary>
internal sealed unsafe class Target
{
    private const int Sources = 240;
    private const int FirstSource = 2;
    private const int SmallBufferBytes = 1024; // the kernel takes its least, some 2 KiB

    private readonly SocketAddress _address;
    private readonly bool _tcp;
    private readonly SocketAddress[] _sources;

    public Target(string text)
    {
        _tcp = int.TryParse(text, CultureInfo.InvariantCulture, out int port);
        EndPoint endpoint = _tcp ? new IPEndPoint(IPAddress.Loopback, port) : new UnixDomainSocketEndPoint(text);
        _address = endpoint.Serialize();
        _sources = [.. Enumerable.Range(FirstSource, Sources).Select(last => new IPEndPoint(new IPAddress([127, 0, 0, (byte)last]), 0).Serialize())];
    }

    /// <summary>Which connection of the load it is that comes from an address, as long as there are at most 240.</summary>
    public static int Serial(EndPoint source) => ((IPEndPoint)source).Address.GetAddressBytes()[^1] - FirstSource;

    /// <summary>A descriptor that is connecting, or −1.</summary>
    public int Dial(long serial, bool smallBuffer)
    {
        int descriptor = Native.Socket(NativeFamily, Native.StreamNonblockingCloseOnExec, 0);
        if (descriptor < 0) return -1;
        if (smallBuffer)
        {
            int bytes = SmallBufferBytes;
            _ = Native.SetOption(descriptor, Native.SolSocket, Native.SoReceiveBuffer, &bytes, sizeof(int));
        }
        if (_tcp)
        {
            int on = 1;
            _ = Native.SetOption(descriptor, Native.ProtocolTcp, Native.TcpNoDelay, &on, sizeof(int));
            _ = Native.SetOption(descriptor, Native.ProtocolIp, Native.IpBindAddressNoPort, &on, sizeof(int));
            SocketAddress source = _sources[serial % Sources];
            fixed (byte* bytes = source.Buffer.Span) _ = Native.Bind(descriptor, bytes, (uint)source.Size);
        }
        fixed (byte* bytes = _address.Buffer.Span)
        {
            if (Native.Connect(descriptor, bytes, (uint)_address.Size) == 0) return descriptor;
        }
        if (Marshal.GetLastPInvokeError() == Native.InProgress) return descriptor;
        _ = Native.Close(descriptor);
        return -1;
    }

    private int NativeFamily => _tcp ? 2 : 1; // AF_INET, AF_UNIX

    /// <summary>Whether a descriptor that turned writable is connected.</summary>
    public static bool Connected(int descriptor)
    {
        int error = 0;
        uint length = sizeof(int);
        return Native.GetOption(descriptor, Native.SolSocket, Native.SoError, &error, &length) == 0 && error == 0;
    }
}
