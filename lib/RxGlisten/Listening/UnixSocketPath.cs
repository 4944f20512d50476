using System.Formats.Tar;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>Looks at a path, and deletes there nothing but a socket that nobody listens on.</summary>
internal sealed class UnixSocketPath
{
    private const int NoSuchDeviceOnLinux = 6; // ENXIO
    private const int NotSupportedOnMac = 102; // EOPNOTSUPP
    private const int PlainIOException = unchecked((int)0x80131620); // COR_E_IO: not an errno

    private readonly string _given;

    /// <summary>Takes a path, relative ones from the directory of now.</summary>
    public UnixSocketPath(string path)
    {
        _given = path;
        Full = Path.Combine(Environment.CurrentDirectory, path); // not GetFullPath: it would fold ".." without following links
    }

    /// <summary>The path, still good when the process changes its directory.</summary>
    public string Full { get; }

    /// <summary>Where the socket would be created.</summary>
    public string Directory => Path.GetDirectoryName(Full) ?? "/";

    /// <summary>Finds out what is there; changes nothing.</summary>
    public UnixPathOccupant Look()
    {
        if (IsLink()) return UnixPathOccupant.NotASocket;
        if (System.IO.Directory.Exists(Full)) return UnixPathOccupant.NotASocket;
        if (!Path.Exists(Full)) return UnixPathOccupant.None;
        return Connect() switch
        {
            SocketError.ConnectionRefused => IsSocket() ? UnixPathOccupant.StaleSocket : UnixPathOccupant.NotASocket,
            SocketError.AddressNotAvailable => UnixPathOccupant.None, // ENOENT: it went away meanwhile
            SocketError.AccessDenied => UnixPathOccupant.Forbidden,
            _ => UnixPathOccupant.LiveSocket, // bound by a stream (EPROTOTYPE) or a datagram socket (connected)
        };
    }

    /// <summary>When the file was made: sockets are not written to.</summary>
    public DateTime LastWriteTime() => File.GetLastWriteTimeUtc(Full);

    /// <summary>Deletes a stale socket; false when there is none, or another one by now.</summary>
    public bool TryDeleteStale()
    {
        DateTime before = LastWriteTime();
        if (Look() != UnixPathOccupant.StaleSocket) return false;

        // Two processes may start on one stale socket: the second must not delete what the first has bound since.
        if (LastWriteTime() != before) return false;
        File.Delete(Full);
        return true;
    }

    /// <summary>Deletes the socket that was made at <paramref name="boundAt"/>, once it is closed, unless something else took its place.</summary>
    public void TryDeleteOurs(DateTime boundAt)
    {
        if (OperatingSystem.IsWindows() ? IsOursOnWindows(boundAt) : LastWriteTime() == boundAt && Look() == UnixPathOccupant.StaleSocket)
            File.Delete(Full);
    }

    // Managed code can't prove a socket there: every reparse point without an owner looks the same. The time says it is ours.
    private bool IsOursOnWindows(DateTime boundAt) =>
        Path.Exists(Full) && LastWriteTime() == boundAt && !IsLink() && File.GetAttributes(Full).HasFlag(FileAttributes.ReparsePoint);

    private bool IsLink() => new FileInfo(Full).LinkTarget is not null;

    private SocketError Connect()
    {
        string? name = UnixSocketName.Fits(Full) ? Full : Path.Combine(Environment.CurrentDirectory, _given) == Full ? _given : null;
        if (name is null) return SocketError.Success; // out of reach: better taken for live than deleted

        // A datagram socket can't connect to a stream, and is told so only while somebody is bound there: that finds a server between its
        // bind and its listen too, and one with a full backlog, and leaves no connection behind. Windows has streams alone.
        SocketType type = OperatingSystem.IsWindows() ? SocketType.Stream : SocketType.Dgram;
        using var probe = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(name));
            return SocketError.Success;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
    }

    // Connecting is refused by everything that is not a socket, too, so the file's type must be proved without stat(2): a tar writer knows
    // every type but sockets, by lstat, and sockets alone can't be opened although they are neither files nor devices. Both must agree.
    private bool IsSocket() => !OperatingSystem.IsWindows() && new FileInfo(Full).Length == 0 && CannotBeArchived() && CannotBeOpened();

    private bool CannotBeArchived()
    {
        try
        {
            using var tar = new TarWriter(Stream.Null);
            tar.WriteEntry(Full, "it");
            return false;
        }
        catch (IOException error)
        {
            return error.HResult == PlainIOException;
        }
    }

    private bool CannotBeOpened()
    {
        try
        {
            using var handle = File.OpenHandle(Full, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return false;
        }
        catch (IOException error)
        {
            return error.HResult == (OperatingSystem.IsMacOS() ? NotSupportedOnMac : NoSuchDeviceOnLinux);
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
