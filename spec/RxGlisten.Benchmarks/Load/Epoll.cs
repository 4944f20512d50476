using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RxGlisten.Benchmarks.Load;

/// <summary>A level-triggered epoll set; each descriptor carries an index of its owner's.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    public const uint In = 1;
    public const uint Out = 4;

    private const int Capacity = 512;

    // The kernel packs struct epoll_event on x86-64 only.
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly int _descriptor = Native.EpollCreate(Native.EpollCloseOnExec);
    private readonly int _stride = Stride;
    private readonly byte* _events = (byte*)NativeMemory.Alloc(Capacity * 16);

    public void Add(int descriptor, uint interest, int index) => Control(Native.EpollAdd, descriptor, interest, index);

    public void Modify(int descriptor, uint interest, int index) => Control(Native.EpollModify, descriptor, interest, index);

    /// <summary>How many events there are; 0 after the time is over.</summary>
    public int Wait(int milliseconds)
    {
        int count = Native.EpollWait(_descriptor, _events, Capacity, milliseconds);
        if (count >= 0) return count;
        return Marshal.GetLastPInvokeError() == Native.Interrupted ? 0 : throw new Win32Exception();
    }

    public uint Ready(int position) => Unsafe.ReadUnaligned<uint>(_events + (position * _stride));

    public int Index(int position) => (int)Unsafe.ReadUnaligned<ulong>(_events + (position * _stride) + _stride - 8);

    public void Dispose()
    {
        _ = Native.Close(_descriptor);
        NativeMemory.Free(_events);
    }

    private void Control(int operation, int descriptor, uint interest, int index)
    {
        byte* epollEvent = stackalloc byte[16];
        Unsafe.WriteUnaligned(epollEvent, interest);
        Unsafe.WriteUnaligned(epollEvent + _stride - 8, (ulong)index);
        if (Native.EpollControl(_descriptor, operation, descriptor, epollEvent) != 0) throw new Win32Exception();
    }
}
