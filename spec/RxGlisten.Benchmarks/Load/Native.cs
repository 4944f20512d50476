using System.Runtime.InteropServices;

namespace RxGlisten.Benchmarks.Load;

/// <summary>The system calls of the load generator, with their Linux numbers (epoll(7), socket(7), ip(7), tcp(7)).</summary>
internal static unsafe partial class Native
{
    public const int EpollCloseOnExec = 0x80000;
    public const int EpollAdd = 1;
    public const int EpollModify = 3;
    public const int StreamNonblockingCloseOnExec = 1 | 0x800 | 0x80000;
    public const int SolSocket = 1;
    public const int SoError = 4;
    public const int SoReceiveBuffer = 8;
    public const int ProtocolIp = 0;
    public const int IpBindAddressNoPort = 24;
    public const int ProtocolTcp = 6;
    public const int TcpNoDelay = 1;
    public const int MessageNoSignal = 0x4000;
    public const int Interrupted = 4;
    public const int WouldBlock = 11;
    public const int InProgress = 115;

    private const string Libc = "libc";

    [LibraryImport(Libc, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Libc, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* epollEvent);

    [LibraryImport(Libc, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int count, int milliseconds);

    [LibraryImport(Libc, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Libc, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int descriptor, byte* address, uint length);

    [LibraryImport(Libc, EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int descriptor, byte* address, uint length);

    [LibraryImport(Libc, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int option, int* value, uint length);

    [LibraryImport(Libc, EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(int descriptor, int level, int option, int* value, uint* length);

    [LibraryImport(Libc, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, byte* buffer, nuint count, int flags);

    [LibraryImport(Libc, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int descriptor, byte* buffer, nuint count, int flags);

    [LibraryImport(Libc, EntryPoint = "close")]
    public static partial int Close(int descriptor);
}
