using System.Numerics;
using System.Runtime.Intrinsics;

namespace RxGlisten;

/// <summary>
/// Lines as their bytes, without what ends them. Line feeds are looked for 64 bytes at a time and remembered until they are asked for: to start a
/// search for each would take longer than the search, where lines are short.
/// </summary>
internal struct LineDecoder(int maxLength) : IPacketDecoder<ReadOnlyMemory<byte>>
{
    private const int BlockBytes = 64;

    private int _searched; // so many bytes of an incomplete line hold no line feed
    private ulong _found;  // the line feeds in the block that were not asked for, a bit each
    private int _block;    // where the block begins, in the packet
    private int _seen;     // ... and where the next does

    public bool TryDecode(ReadOnlyMemory<byte> packet, int at, ReadOnlySpan<byte> bytes, out ReadOnlyMemory<byte> frame, out int length)
    {
        var isLine = TryFind(at, bytes, out var content, out length);
        frame = packet.Slice(at, content);
        return isLine;
    }

    /// <summary>Finds the end of the line.</summary>
    /// <param name="at">Where the line begins, in its packet.</param>
    /// <param name="bytes">From there on.</param>
    /// <param name="content">The length of the line.</param>
    /// <param name="length">... with its end.</param>
    public bool TryFind(int at, ReadOnlySpan<byte> bytes, out int content, out int length)
    {
        var end = IndexOfLineFeed(at, bytes);
        if (end < 0)
        {
            // A carriage return may turn out to be part of the end.
            if (bytes.Length - (bytes is [.., (byte)'\r'] ? 1 : 0) > maxLength)
                throw new FrameTooLargeException(maxLength);
            _searched = bytes.Length;
            content = length = 0;
            return false;
        }

        _searched = 0;
        content = end > 0 && bytes[end - 1] == '\r' ? end - 1 : end;
        if (content > maxLength)
            throw new FrameTooLargeException(maxLength);
        length = end + 1;
        return true;
    }

    // A line ends at every line feed, so those of a packet are asked for one after the other; the first line of the next packet begins at 0.
    private int IndexOfLineFeed(int at, ReadOnlySpan<byte> bytes)
    {
        if (at == 0)
            (_found, _seen) = (0, _searched);
        while (_found == 0)
        {
            var ahead = Math.Max(0, _seen - at);
            if (!Vector256.IsHardwareAccelerated || bytes.Length - ahead < BlockBytes)
            {
                var next = bytes[ahead..].IndexOf((byte)'\n');
                return next < 0 ? next : ahead + next;
            }

            var feed = Vector256.Create((byte)'\n');
            var first = Vector256.Equals(Vector256.Create(bytes[ahead..]), feed);
            var second = Vector256.Equals(Vector256.Create(bytes[(ahead + Vector256<byte>.Count)..]), feed);
            _found = first.ExtractMostSignificantBits() | ((ulong)second.ExtractMostSignificantBits() << Vector256<byte>.Count);
            _block = at + ahead;
            _seen = _block + BlockBytes;
        }

        var found = _block + BitOperations.TrailingZeroCount(_found);
        _found &= _found - 1;
        return found - at;
    }
}
