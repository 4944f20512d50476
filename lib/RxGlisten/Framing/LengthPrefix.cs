using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace RxGlisten;

/// <summary>
/// How a frame says its length: the field in front of it, and what the number in it counts. Choose a field and, where the protocol needs it, change what it
/// counts: <c>LengthPrefix.UInt32BigEndian with { CountsItself = true }</c>.
/// </summary>
public sealed record LengthPrefix
{
    /// <summary>The most bytes that a field takes: a <see cref="VarInt"/> of 64 bits.</summary>
    internal const int MostBytes = 10;

    private const int VarIntBytes = 0;

    private readonly int _bytes; // VarIntBytes: as many as it takes
    private readonly bool _isLittleEndian;

    private LengthPrefix(int bytes, bool isLittleEndian = false) => (_bytes, _isLittleEndian) = (bytes, isLittleEndian);

    /// <summary>One byte.</summary>
    [SuppressMessage("Naming", "CA1720", Justification = "It is the type of the field, as in its siblings.")]
    public static LengthPrefix UInt8 { get; } = new(1);

    /// <summary>Two bytes, the most significant first (network byte order).</summary>
    public static LengthPrefix UInt16BigEndian { get; } = new(2);

    /// <summary>Two bytes, the least significant first.</summary>
    public static LengthPrefix UInt16LittleEndian { get; } = new(2, isLittleEndian: true);

    /// <summary>Four bytes, the most significant first (network byte order).</summary>
    public static LengthPrefix UInt32BigEndian { get; } = new(4);

    /// <summary>Four bytes, the least significant first.</summary>
    public static LengthPrefix UInt32LittleEndian { get; } = new(4, isLittleEndian: true);

    /// <summary>Eight bytes, the most significant first (network byte order).</summary>
    public static LengthPrefix UInt64BigEndian { get; } = new(8);

    /// <summary>Eight bytes, the least significant first.</summary>
    public static LengthPrefix UInt64LittleEndian { get; } = new(8, isLittleEndian: true);

    /// <summary>
    /// One to ten bytes of seven bits each, the least significant first, all but the last with their highest bit set (unsigned LEB128, the varint of
    /// Protocol Buffers).
    /// </summary>
    public static LengthPrefix VarInt { get; } = new(VarIntBytes);

    /// <summary>Whether the number counts the bytes of its own field too. Default false: what follows it.</summary>
    public bool CountsItself { get; init; }

    /// <summary>
    /// How many bytes more follow than the number counts, because the header has other fields, say; negative where fewer do. In bytes; default 0.
    /// </summary>
    public int Adjustment { get; init; }

    /// <summary>Reads the field, and what it means for the bytes behind it.</summary>
    /// <param name="bytes">From the beginning of the frame.</param>
    /// <param name="maxLength">The most that may follow.</param>
    /// <param name="header">The length of the field.</param>
    /// <param name="content">How many bytes follow it.</param>
    /// <returns>Whether the field is complete.</returns>
    internal bool TryRead(ReadOnlySpan<byte> bytes, int maxLength, out int header, out int content)
    {
        content = 0;
        if (!TryReadNumber(bytes, out header, out var number))
            return false;
        // Past this no adjustment of 32 bits makes it small enough, and below it none overflows.
        if (number > 1UL << 40)
            throw new FrameTooLargeException(number, maxLength);
        var counted = (long)number + Adjustment - (CountsItself ? header : 0);
        if (counted < 0)
            throw new ProtocolException($"A frame announced a length of {number}, less than its header takes.");
        if (counted > maxLength)
            throw new FrameTooLargeException((ulong)counted, maxLength);
        content = (int)counted;
        return true;
    }

    /// <summary>Writes the field for so many bytes behind it, and says how long it is.</summary>
    internal int Write(Span<byte> field, int content)
    {
        var others = (long)content - Adjustment;
        var bytes = _bytes == VarIntBytes ? VarIntLength(others) : _bytes;
        var number = others + (CountsItself ? bytes : 0);
        if (number < 0 || (_bytes is 1 or 2 or 4 && number >> (8 * _bytes) != 0))
            throw new ArgumentException($"The length of a frame of {content} bytes, {number}, does not fit its field.", nameof(content));
        if (_bytes == VarIntBytes)
        {
            for (var i = 0; i < bytes; i++, number >>= 7)
                field[i] = (byte)((number & 0x7F) | (i < bytes - 1 ? 0x80L : 0));
            return bytes;
        }

        Span<byte> widest = stackalloc byte[8];
        if (_isLittleEndian)
            BinaryPrimitives.WriteInt64LittleEndian(widest, number);
        else
            BinaryPrimitives.WriteInt64BigEndian(widest, number);
        (_isLittleEndian ? widest[..bytes] : widest[^bytes..]).CopyTo(field);
        return bytes;
    }

    private bool TryReadNumber(ReadOnlySpan<byte> bytes, out int header, out ulong number)
    {
        header = _bytes;
        number = 0;
        if (_bytes == VarIntBytes)
            return TryReadVarInt(bytes, out header, out number);
        if (bytes.Length < _bytes)
            return false;
        number = (_bytes, _isLittleEndian) switch
        {
            (1, _) => bytes[0],
            (2, false) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            (2, true) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            (4, false) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            (4, true) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            (_, false) => BinaryPrimitives.ReadUInt64BigEndian(bytes),
            (_, true) => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        };
        return true;
    }

    private static bool TryReadVarInt(ReadOnlySpan<byte> bytes, out int header, out ulong number)
    {
        number = 0;
        for (header = 0; header < bytes.Length;)
        {
            var next = bytes[header];
            // Nine bytes have 63 bits, so that the tenth may have one.
            if (header == MostBytes - 1 && next > 1)
                throw new ProtocolException("A frame announced its length by a varint of more than 64 bits.");
            number |= (next & 0x7FUL) << (7 * header);
            header++;
            if (next < 0x80)
                return true;
        }

        header = 0;
        return false;
    }

    /// <summary>The bytes of the shortest varint, of which each may count itself.</summary>
    private int VarIntLength(long others)
    {
        var length = 1;
        while (length < MostBytes - 1 && others + (CountsItself ? length : 0) >= 1L << (7 * length))
            length++;
        return length;
    }
}
