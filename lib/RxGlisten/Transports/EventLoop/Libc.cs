using System.Runtime.InteropServices;

namespace RxGlisten;

/// <summary>
/// The system calls of the event loop, with the numbers that Linux gives them on x64 and on arm64 alike (epoll(7), socket(7), socket(2), send(2)).
/// The runtime finds "libc" as glibc's libc.so.6 and as musl's.
/// </summary>
internal static unsafe partial class Libc
{
    public const int CloseOnExec = 0x80000;  // EPOLL_, EFD_ and SOCK_CLOEXEC
    public const int NonBlocking = 0x800;    // EFD_ and SOCK_NONBLOCK
    public const int EpollAdd = 1;
    public const int EpollModify = 3;
    public const int Stream = 1;             // SOCK_STREAM
    public const int SocketLevel = 1;        // SOL_SOCKET
    public const int ErrorOption = 4;        // SO_ERROR
    public const int SendBufferOption = 7;   // SO_SNDBUF
    public const int ReceiveBufferOption = 8; // SO_RCVBUF
    public const int KeepAliveOption = 9;    // SO_KEEPALIVE
    public const int LingerOption = 13;      // SO_LINGER
    public const int IPv6Level = 41;         // IPPROTO_IPV6
    public const int IPv6OnlyOption = 26;    // IPV6_V6ONLY
    public const int TcpLevel = 6;           // IPPROTO_TCP, and SOL_TCP
    public const int NoDelayOption = 1;      // TCP_NODELAY
    public const int KeepTimeOption = 4;     // TCP_KEEPIDLE
    public const int KeepIntervalOption = 5; // TCP_KEEPINTVL
    public const int KeepCountOption = 6;    // TCP_KEEPCNT
    public const int NoSignal = 0x4000;      // MSG_NOSIGNAL
    public const int ControlCut = 0x8;       // MSG_CTRUNC
    public const int ShutdownWrite = 1;      // SHUT_WR
    public const short PollIn = 1;           // POLLIN

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* epollEvent);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int capacity, int milliseconds);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, ulong count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* bytes, nuint count);

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int descriptor, byte* address, uint length);

    [LibraryImport(Library, EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int descriptor, byte* address, uint* length, int flags);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, byte* bytes, nuint count, int flags);

    [LibraryImport(Library, EntryPoint = "recvmsg", SetLastError = true)]
    public static partial nint ReceiveScattered(int descriptor, MessageHeader* message, int flags);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int descriptor, byte* bytes, nuint count, int flags);

    [LibraryImport(Library, EntryPoint = "sendmsg", SetLastError = true)]
    public static partial nint SendGathered(int descriptor, MessageHeader* message, int flags);

    [LibraryImport(Library, EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int descriptor, int how);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int option, void* value, uint length);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(int descriptor, int level, int option, void* value, uint* length);

    [LibraryImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    public static partial int LocalName(int descriptor, byte* address, uint* length);

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "clock_gettime")]
    public static partial int GetTime(int clock, Time* time);

    /// <summary>struct timespec of a 64-bit system.</summary>
    public struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct pollfd.</summary>
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>struct iovec.</summary>
    public struct Segment
    {
        public byte* Bytes;
        public nuint Count;
    }

    /// <summary>struct msghdr of a 64-bit kernel; musl splits the lengths in halves of which the upper ones are zero.</summary>
    public struct MessageHeader
    {
        public void* Name;
        public nuint NameLength;
        public Segment* Segments;
        public nuint SegmentCount;
        public void* Control;
        public nuint ControlLength;
        public nint Flags;
    }

    /// <summary>struct linger.</summary>
    public struct Linger
    {
        public int IsOn;
        public int Seconds;
    }
}
