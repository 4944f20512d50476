using System.Runtime.InteropServices;

namespace RxGlisten.Benchmarks.Load;

/// <summary>
/// The bytes that every connection sends: a fixed pseudo-random sequence, repeated. Its length is prime, so no buffer size of a server
/// divides it, and each connection starts at a place of its own: a lost, doubled, swapped or foreign byte shows.
/// </summary>
internal sealed unsafe class Pattern
{
    public const int LongestSlice = 256 * 1024;

    private const int Length = 1_000_003; // prime

    private readonly byte* _bytes;

    public Pattern()
    {
        _bytes = (byte*)NativeMemory.Alloc(Length + LongestSlice);
        // SplitMix64: the same bytes on each run.
        ulong state = 20260101;
        for (int i = 0; i < Length; i++)
        {
            state += 0x9E3779B97F4A7C15;
            ulong mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            _bytes[i] = (byte)(mixed >> 56);
        }
        // The start again behind the end: each slice is contiguous.
        new ReadOnlySpan<byte>(_bytes, LongestSlice).CopyTo(new Span<byte>(_bytes + Length, LongestSlice));
    }

    /// <summary>Where connection number <paramref name="serial"/> starts.</summary>
    public static long StartOf(long serial) => serial * 7_919 % Length;

    public byte* At(long position) => _bytes + (position % Length);

    public bool Matches(long position, byte* received, int count) =>
        new ReadOnlySpan<byte>(At(position), count).SequenceEqual(new ReadOnlySpan<byte>(received, count));
}
