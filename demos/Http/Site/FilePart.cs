using System.Buffers;
using System.Runtime.CompilerServices;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>A part of a file, read as fast as it is sent.</summary>
internal static class FilePart
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>Reads it piece by piece. A piece is valid until the next is asked for.</summary>
    public static async IAsyncEnumerable<Bytes> ReadAsync(string path, ByteRange range, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var file = File.OpenHandle(path, options: FileOptions.Asynchronous);
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            var (from, left) = range;
            while (left > 0)
            {
                var count = await RandomAccess.ReadAsync(file, chunk.AsMemory(0, (int)Math.Min(left, ChunkBytes)), from, cancellation);
                if (count == 0)
                    throw new IOException($"{path} is shorter than it was."); // the client, which was told its length, is to see that
                yield return chunk.AsMemory(0, count);
                (from, left) = (from + count, left - count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}
