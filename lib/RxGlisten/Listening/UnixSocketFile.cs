using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace RxGlisten;

/// <summary>
/// The file a unix socket is bound to: claimed before the bind, given its mode, released after the close.
/// Nothing but a socket that nobody listens on is ever deleted.
/// </summary>
internal sealed class UnixSocketFile
{
    private readonly UnixDomainSocketEndPoint _endpoint;
    private readonly UnixSocketPath _path;
    private DateTime? _boundAt; // tells our file from one that took its place

    /// <summary>Makes one; touches nothing.</summary>
    /// <param name="endpoint">Not an abstract one.</param>
    public UnixSocketFile(UnixDomainSocketEndPoint endpoint)
    {
        _endpoint = endpoint;
        _path = new UnixSocketPath(UnixSocketName.Of(endpoint).Text);
    }

    /// <summary>Makes room at the path: deletes a stale socket, refuses anything else.</summary>
    /// <exception cref="ListenException">The path is taken; it was left alone.</exception>
    public void Claim()
    {
        try
        {
            switch (_path.Look())
            {
                case UnixPathOccupant.StaleSocket when !_path.TryDeleteStale():
                case UnixPathOccupant.LiveSocket:
                    throw Refuse(SocketError.AddressAlreadyInUse, "a server listens there. Stop it or choose another path.");
                case UnixPathOccupant.Forbidden:
                    throw Refuse(SocketError.AccessDenied, "this user may not tell whether a server listens there. Run as its owner or choose another path.");
                case UnixPathOccupant.NotASocket:
                    throw Refuse(
                        SocketError.AddressAlreadyInUse,
                        "what is at that path is not a socket (or not provably one) and was left alone. Remove it or choose another path.");
                case UnixPathOccupant.None when !Directory.Exists(_path.Directory):
                    throw Refuse(SocketError.AddressNotAvailable, $"the directory '{_path.Directory}' does not exist or is out of reach. Create it first.");
            }
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException and not ListenException)
        {
            throw Refuse(SocketError.AccessDenied, $"a stale socket can't be replaced ({error.Message}). Remove it or choose another path.", error);
        }
    }

    /// <summary>Binds, with the mode in force before anyone can connect.</summary>
    public void Bind(Socket socket, UnixFileMode mode)
    {
        SetModeOfUnbound(socket, mode);
        socket.Bind(new KeptUnixEndPoint(_endpoint));
        _boundAt = _path.LastWriteTime();
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(_path.Full) != mode) File.SetUnixFileMode(_path.Full, mode);
    }

    /// <summary>Gives an unbound socket the mode its file will be made with.</summary>
    internal static void SetModeOfUnbound(Socket socket, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows()) return;
        using var handle = new SafeFileHandle(socket.Handle, ownsHandle: false);
        try
        {
            // On Linux the file gets this mode less the umask, so it is never wider than asked.
            File.SetUnixFileMode(handle, mode);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Where sockets refuse fchmod, the mode still comes before listen(2), and nobody can connect before that.
        }
    }

    /// <summary>Removes the file, if it is still ours. After the socket is closed; never throws, because a leftover is replaced by the next bind.</summary>
    public void Release()
    {
        if (_boundAt is not { } boundAt) return;
        _boundAt = null;
        try
        {
            _path.TryDeleteOurs(boundAt);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
        }
    }

    private ListenException Refuse(SocketError error, string why, Exception? inner = null) => ListenFailure.From(_endpoint, error, why, inner);
}
