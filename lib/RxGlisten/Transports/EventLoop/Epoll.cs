using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RxGlisten;

/// <summary>
/// An epoll set, each descriptor with a number that its owner gave it, and the events of the last wait. Edge-triggered: a descriptor that is
/// ready and is left alone is not told of again, so a connection that is not being read costs nothing.
/// One thread at a time waits and reads the events; any may add and modify.
/// </summary>
internal sealed unsafe class Epoll : IDisposable
{
    private const int Capacity = 512;

    private static readonly int s_stride = StrideOn(RuntimeInformation.ProcessArchitecture);

    private readonly int _descriptor;
    private readonly byte* _events;

    /// <exception cref="SocketException">There are no descriptors left.</exception>
    public Epoll()
    {
        _descriptor = Libc.EpollCreate(Libc.CloseOnExec);
        if (_descriptor < 0)
            throw new SocketException((int)NativeError.ToSocketError(NativeError.Last), "No epoll set can be made");
        _events = (byte*)NativeMemory.AllocZeroed(Capacity * 16);
    }

    /// <summary>How many events the last wait gave.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a wait would find something now.</summary>
    public bool HasEvents
    {
        get
        {
            var entry = new Libc.PollEntry { Descriptor = _descriptor, Events = Libc.PollIn };
            return Libc.Poll(&entry, 1, 0) > 0;
        }
    }

    /// <summary>The bytes from one struct epoll_event { uint32_t events; uint64_t data; } to the next: it is packed on x86-64 only.</summary>
    public static int StrideOn(Architecture architecture) => architecture == Architecture.X64 ? 12 : 16;

    /// <summary>Looks after a descriptor from now on, until it is closed; false with an error number when the system won't.</summary>
    public bool TryAdd(int descriptor, ReadyEvents interest, ulong token) => Control(Libc.EpollAdd, descriptor, interest, token);

    /// <summary>Changes what is told of a descriptor; what is ready at this moment is told anew.</summary>
    public bool TryModify(int descriptor, ReadyEvents interest, ulong token) => Control(Libc.EpollModify, descriptor, interest, token);

    /// <summary>Waits for events: not at all, or as long as it takes.</summary>
    public void Wait(bool blocks)
    {
        var count = Libc.EpollWait(_descriptor, _events, Capacity, blocks ? -1 : 0);
        if (count < 0 && NativeError.Last != NativeError.Interrupted)
            throw new Win32Exception(NativeError.Last, "The epoll set is broken");
        Count = Math.Max(0, count);
    }

    /// <summary>What happened.</summary>
    public ReadyEvents EventsAt(int index) => Unsafe.ReadUnaligned<ReadyEvents>(_events + (index * s_stride));

    /// <summary>To whom.</summary>
    public ulong TokenAt(int index) => Unsafe.ReadUnaligned<ulong>(_events + (index * s_stride) + s_stride - sizeof(ulong));

    /// <summary>Gives everything back. Nobody waits or reads any more.</summary>
    public void Dispose()
    {
        _ = Libc.Close(_descriptor);
        NativeMemory.Free(_events);
    }

    private bool Control(int operation, int descriptor, ReadyEvents interest, ulong token)
    {
        var epollEvent = stackalloc byte[16];
        Unsafe.WriteUnaligned(epollEvent, interest | ReadyEvents.EdgeTriggered);
        Unsafe.WriteUnaligned(epollEvent + s_stride - sizeof(ulong), token);
        return Libc.EpollControl(_descriptor, operation, descriptor, epollEvent) == 0;
    }
}
