using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>A socket that is bound and listens, and the file it may have. Disposing closes it and removes the file, if it is still ours.</summary>
internal sealed class ListeningSocket : IDisposable
{
    // Looking and deleting are two steps: within a process nobody binds between them.
    private static readonly Lock UnixGate = new();

    private readonly UnixSocketFile? _file;

    private ListeningSocket(Socket socket, EndPoint localEndPoint, UnixSocketFile? file)
    {
        Socket = socket;
        LocalEndPoint = localEndPoint;
        _file = file;
    }

    /// <summary>What accepts.</summary>
    public Socket Socket { get; }

    /// <summary>The bound endpoint: the real port where 0 was asked.</summary>
    public EndPoint LocalEndPoint { get; }

    /// <summary>Binds and listens.</summary>
    /// <param name="endpoint">An <see cref="IPEndPoint"/> or a <see cref="UnixDomainSocketEndPoint"/>.</param>
    /// <param name="settings">How.</param>
    /// <exception cref="ArgumentException">Another kind of endpoint.</exception>
    /// <exception cref="ListenException">The system or the path does not allow it; nothing is left behind.</exception>
    public static ListeningSocket Open(EndPoint endpoint, TransportSettings settings)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(settings);
        try
        {
            return endpoint switch
            {
                IPEndPoint ip => OpenTcp(ip, settings),
                UnixDomainSocketEndPoint unix when UnixSocketName.Of(unix) is { Text: not "" } name => OpenUnix(unix, name, settings),
                _ => throw new ArgumentException(
                    $"Can't listen on {endpoint} ({endpoint.GetType().Name}): sockets take an {nameof(IPEndPoint)} or a "
                    + $"{nameof(UnixDomainSocketEndPoint)} with a name. A host name must be resolved first.",
                    nameof(endpoint)),
            };
        }
        catch (SocketException error)
        {
            throw ListenFailure.From(endpoint, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Socket.Dispose();
        _file?.Release();
    }

    private static ListeningSocket OpenTcp(IPEndPoint endpoint, TransportSettings settings)
    {
        // A mapped address can't be bound by an IPv6 socket that takes IPv6 only.
        if (endpoint.Address.IsIPv4MappedToIPv6) endpoint = new IPEndPoint(endpoint.Address.MapToIPv4(), endpoint.Port);

        // On unix the runtime's Bind sets SO_REUSEADDR on a socket of the protocol Tcp, and there is no other way to keep it off. Its own
        // ReuseAddress option would set SO_REUSEPORT as well, which lets a second server take half of the connections without an error.
        ProtocolType protocol = settings.ReuseAddress || OperatingSystem.IsWindows() ? ProtocolType.Tcp : ProtocolType.Unspecified;
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            // Windows binds over lingering connections anyhow; its SO_REUSEADDR would let others steal the port.
            if (OperatingSystem.IsWindows()) socket.ExclusiveAddressUse = true;
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = settings.DualMode && endpoint.Address.Equals(IPAddress.IPv6Any);

            // Accepted sockets inherit them on Linux, which saves system calls for each; elsewhere the acceptor sets them.
            SocketTuning.Apply(socket, settings);
            socket.Bind(endpoint);
            socket.Listen(settings.Backlog);
            EndPoint local = socket.LocalEndPoint!; // a bound socket has one
            return new ListeningSocket(socket, local, file: null);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static ListeningSocket OpenUnix(UnixDomainSocketEndPoint endpoint, UnixSocketName name, TransportSettings settings)
    {
        UnixSocketFile? file = name.IsAbstract ? null : new UnixSocketFile(endpoint);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            lock (UnixGate)
            {
                file?.Claim();
                if (file is null) socket.Bind(endpoint);
                else file.Bind(socket, settings.UnixFileMode);
                socket.Listen(settings.Backlog);
            }

            return new ListeningSocket(socket, endpoint, file);
        }
        catch (Exception error)
        {
            socket.Dispose();
            file?.Release();
            if (error is IOException and not ListenException or UnauthorizedAccessException)
                throw ListenFailure.From(endpoint, SocketError.AccessDenied, $"its mode can't be set ({error.Message}). Choose another directory.", error);
            throw;
        }
    }
}
