using System.Runtime.InteropServices;

namespace RxGlisten.Spec.Harness;

/// <summary>The memory that native code of this process has taken by malloc, where the C library tells (glibc does): OpenSSL's is among it, and the garbage collector's is not.</summary>
internal static class NativeHeap
{
    /// <summary>Whether the C library tells.</summary>
    public static bool IsKnown { get; } = OperatingSystem.IsLinux() && Environment.Is64BitProcess && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "mallinfo2", out _);

    /// <summary>Bytes in use.</summary>
    public static long Bytes
    {
        get
        {
            var info = mallinfo2();
            return (long)(info.Used + info.Mapped);
        }
    }

    /// <summary>Bytes in use once what nobody has any more is given back.</summary>
    public static long BytesAlive()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return Bytes;
    }

#pragma warning disable SYSLIB1054, CA5392, IDE1006, CS0649 // one call, by its own name, to the library that is loaded anyway; it fills the fields
    [DllImport("libc")]
    private static extern MallInfo mallinfo2();

    /// <summary>struct mallinfo2 (mallinfo(3)).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 10 * 8)]
    private readonly struct MallInfo
    {
        /// <summary>hblkhd: in blocks that are mapped by themselves.</summary>
        [FieldOffset(4 * 8)]
        public readonly nuint Mapped;

        /// <summary>uordblks: in all others.</summary>
        [FieldOffset(7 * 8)]
        public readonly nuint Used;
    }
#pragma warning restore SYSLIB1054, CA5392, IDE1006, CS0649
}
