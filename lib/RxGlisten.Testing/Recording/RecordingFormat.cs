using System.Buffers.Binary;
using System.Text;

namespace RxGlisten.Testing;

/// <summary>The bytes of a recording, version 1, as docs/guide/recordings.md has them. Numbers are little-endian.</summary>
internal static class RecordingFormat
{
    public const int Version = 1;
    public const int HeaderBytes = 24;
    public const int PrefixBytes = 8;   // of a record: length and checksum of its body
    public const int LeastBodyBytes = 17; // kind, time, connection
    public const byte EndKind = 255;
    private const int MostTextChars = 4096; // of an address or a sentence: three bytes a char at most, so a length fits 16 bits
    private const ushort OutboundFlag = 1;

    private static ReadOnlySpan<byte> Magic => "RxGlRec\n"u8;

    public static byte[] Header(bool outbound, DateTimeOffset startedAt)
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(10), outbound ? OutboundFlag : (ushort)0);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(12), startedAt.UtcTicks);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), Crc32C.Of(header.AsSpan(0, 20)));
        return header;
    }

    /// <summary>The header; null when it is cut off.</summary>
    /// <exception cref="FormatException">It is something else, or of a newer version.</exception>
    public static RecordingHeader? ParseHeader(ReadOnlySpan<byte> header)
    {
        var begin = Math.Min(header.Length, Magic.Length);
        if (!header[..begin].SequenceEqual(Magic[..begin]))
            throw new FormatException("This is not a recording: it does not begin with RxGlRec.");
        if (header.Length < HeaderBytes)
            return null;
        var version = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        if (version != Version)
            throw new FormatException($"This recording is of version {version} of the format; this library reads version {Version}.");
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[20..]) != Crc32C.Of(header[..20]))
            throw new FormatException("The header of this recording is damaged: its checksum is not that of its bytes.");
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
        var startedAt = new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(header[12..]), TimeSpan.Zero);
        return new RecordingHeader(version, (flags & OutboundFlag) != 0, startedAt);
    }

    /// <summary>The bytes that an event takes, at most.</summary>
    public static int MostBytes(int dataLength, string text, string detail) =>
        checked(PrefixBytes + LeastBodyBytes + 2 + dataLength + (3 * (Math.Min(text.Length, MostTextChars) + Math.Min(detail.Length, MostTextChars))));

    /// <summary>Writes an event; gives its length.</summary>
    public static int Write(Span<byte> target, ConnectionEventKind kind, TimeSpan time, long connection, ReadOnlySpan<byte> data, string text, string detail)
    {
        var body = target[PrefixBytes..];
        Begin(body, (byte)kind, time, connection);
        var rest = body[LeastBodyBytes..];
        int length;
        if (HasWord(kind))
        {
            var word = Encoding.UTF8.GetBytes(Clip(text), rest[2..]);
            BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)word);
            length = 2 + word + Encoding.UTF8.GetBytes(Clip(detail), rest[(2 + word)..]);
        }
        else if (kind == ConnectionEventKind.InboundFailed)
        {
            length = Encoding.UTF8.GetBytes(Clip(detail), rest);
        }
        else
        {
            data.CopyTo(rest);
            length = data.Length;
        }

        return Seal(target, LeastBodyBytes + length);
    }

    /// <summary>Writes the end record; gives its length.</summary>
    public static int WriteEnd(Span<byte> target, TimeSpan time, long lost, long unrecorded)
    {
        var body = target[PrefixBytes..];
        Begin(body, EndKind, time, 0);
        BinaryPrimitives.WriteInt64LittleEndian(body[LeastBodyBytes..], lost);
        BinaryPrimitives.WriteInt64LittleEndian(body[(LeastBodyBytes + 8)..], unrecorded);
        return Seal(target, LeastBodyBytes + 16);
    }

    /// <summary>The event of a body with the right checksum; null for a kind that this version does not know.</summary>
    public static ConnectionEvent? Parse(ReadOnlyMemory<byte> body)
    {
        var kind = (ConnectionEventKind)body.Span[0];
        if (!Enum.IsDefined(kind))
            return null;
        var time = new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(body.Span[1..]));
        var parsed = new ConnectionEvent(time, BinaryPrimitives.ReadInt64LittleEndian(body.Span[9..]), kind);
        var rest = body[LeastBodyBytes..];
        if (HasWord(kind))
        {
            var word = BinaryPrimitives.ReadUInt16LittleEndian(rest.Span);
            return parsed with { Text = Encoding.UTF8.GetString(rest.Span.Slice(2, word)), Detail = Encoding.UTF8.GetString(rest.Span[(2 + word)..]) };
        }

        return kind switch
        {
            ConnectionEventKind.InboundFailed => parsed with { Detail = Encoding.UTF8.GetString(rest.Span) },
            ConnectionEventKind.Received or ConnectionEventKind.Sent => parsed with { Data = rest },
            _ => parsed,
        };
    }

    /// <summary>What the end record counts.</summary>
    public static (long Lost, long Unrecorded) ParseEnd(ReadOnlySpan<byte> body) =>
        (BinaryPrimitives.ReadInt64LittleEndian(body[LeastBodyBytes..]), BinaryPrimitives.ReadInt64LittleEndian(body[(LeastBodyBytes + 8)..]));

    private static bool HasWord(ConnectionEventKind kind) => kind is ConnectionEventKind.Opened or ConnectionEventKind.Closed;

    private static void Begin(Span<byte> body, byte kind, TimeSpan time, long connection)
    {
        body[0] = kind;
        BinaryPrimitives.WriteInt64LittleEndian(body[1..], time.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(body[9..], connection);
    }

    private static int Seal(Span<byte> target, int bodyLength)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, bodyLength);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Crc32C.Of(target.Slice(PrefixBytes, bodyLength)));
        return PrefixBytes + bodyLength;
    }

    private static ReadOnlySpan<char> Clip(string text) => text.Length > MostTextChars ? text.AsSpan(0, MostTextChars) : text;
}
