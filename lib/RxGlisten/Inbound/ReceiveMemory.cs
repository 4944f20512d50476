using System.Buffers;

namespace RxGlisten;

/// <summary>
/// Where received bytes live. The smallest packets are slices of 4 KiB chunks that a thread fills one after the other, so that a kept packet
/// keeps at most the larger of 4 KiB and twice its size alive; what was received into a larger buffer is copied out, or, when it fills half
/// of it, keeps the buffer.
/// </summary>
internal static class ReceiveMemory
{
    private const int ChunkBytes = 4096;
    private const int LargestSlice = 256; // past it the unused end of a chunk costs more than the header of an array
    private const int LargestSmall = 1024;

    [ThreadStatic]
    private static byte[]? t_chunk;

    [ThreadStatic]
    private static int t_used;

    /// <summary>Whether returned buffers are overwritten first; specs turn it on, so that a use after the return is seen.</summary>
    public static bool PoisonsReturned { get; set; }

    /// <summary>Whether memory for just so few bytes is cheaper than a copy out of a large buffer.</summary>
    public static bool IsSmall(int count) => count <= LargestSmall;

    /// <summary>Memory for exactly so many bytes, never handed out again.</summary>
    public static Memory<byte> Allocate(int count)
    {
        if (count > LargestSlice)
            return GC.AllocateUninitializedArray<byte>(count);
        var chunk = t_chunk;
        if (chunk is null || t_used + count > ChunkBytes)
        {
            t_chunk = chunk = GC.AllocateUninitializedArray<byte>(ChunkBytes);
            t_used = 0;
        }

        var slice = chunk.AsMemory(t_used, count);
        t_used += count;
        return slice;
    }

    /// <summary>A buffer to receive an unknown number of bytes into.</summary>
    public static byte[] Rent(int count) => ArrayPool<byte>.Shared.Rent(count);

    /// <summary>Gives a rented buffer back.</summary>
    public static void Return(byte[] buffer)
    {
        if (PoisonsReturned)
            buffer.AsSpan().Fill(0xDB);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The first bytes of a rented buffer as memory that lasts; the buffer is given back unless it became that memory.</summary>
    public static ReadOnlyMemory<byte> Keep(byte[] buffer, int count)
    {
        if (buffer.Length <= Math.Max(ChunkBytes, 2 * (long)count))
            return buffer.AsMemory(0, count);
        var kept = Copy(buffer.AsSpan(0, count));
        Return(buffer);
        return kept;
    }

    /// <summary>A copy that lasts.</summary>
    public static ReadOnlyMemory<byte> Copy(ReadOnlySpan<byte> bytes)
    {
        var copy = Allocate(bytes.Length);
        bytes.CopyTo(copy.Span);
        return copy;
    }
}
