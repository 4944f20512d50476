using System.Buffers.Binary;

namespace RxGlisten.Testing;

/// <summary>
/// Reads a recording from its begin to its end, an event at a time. Whatever was cut off, the events before it are read, and
/// <see cref="Tail"/> says that it was. Not thread-safe.
/// </summary>
public sealed class RecordingReader : IDisposable
{
    private const int StepBytes = 64 * 1024;
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly byte[] _prefix = new byte[RecordingFormat.HeaderBytes];
    private long _offset; // of the record that is read next

    /// <summary>Reads from a stream.</summary>
    /// <param name="stream">A recording from here on.</param>
    /// <param name="leaveOpen">Whether the stream is the caller's to dispose.</param>
    /// <exception cref="FormatException">It is not a recording, its header is damaged, or it is of another version.</exception>
    public RecordingReader(Stream stream, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _leaveOpen = leaveOpen;
        var count = stream.ReadAtLeast(_prefix, RecordingFormat.HeaderBytes, throwOnEndOfStream: false);
        Header = RecordingFormat.ParseHeader(_prefix.AsSpan(0, count));
        if (Header is null)
            Tail = new RecordingTail(RecordingTailKind.Cut, 0, $"The recording was cut off in its header, after {count} bytes.");
        else
            _offset = count;
    }

    /// <summary>What the recording says about itself; null when it was cut off before that.</summary>
    public RecordingHeader? Header { get; }

    /// <summary>How the recording ends; null until it has been read.</summary>
    public RecordingTail? Tail { get; private set; }

    /// <summary>Opens a file, which may still be written to: its end is then that of a cut-off one.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">It is not a recording, its header is damaged, or it is of another version.</exception>
    public static RecordingReader Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, StepBytes);
        try
        {
            return new RecordingReader(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The next event; null at the end.</summary>
    public ConnectionEvent? Read()
    {
        while (Tail is null && ReadBody() is { } body)
        {
            _offset += RecordingFormat.PrefixBytes + body.Length;
            if (body[0] == RecordingFormat.EndKind)
                End(body);
            else if (Parse(body) is { } read)
                return read;
        }

        return null;
    }

    /// <summary>All events that are left.</summary>
    public IEnumerable<ConnectionEvent> ReadAll()
    {
        while (Read() is { } read)
            yield return read;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_leaveOpen)
            _stream.Dispose();
    }

    private byte[]? ReadBody()
    {
        var prefix = _prefix.AsSpan(0, RecordingFormat.PrefixBytes);
        var count = _stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false);
        if (count < prefix.Length)
            return Cut(count);
        var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        if (length < RecordingFormat.LeastBodyBytes)
            return Damaged("a record is shorter than any can be");

        // Grown as it is read: a damaged length must not ask for memory that the file does not fill.
        var body = new byte[Math.Min(length, StepBytes)];
        var have = 0;
        while (true)
        {
            have += _stream.ReadAtLeast(body.AsSpan(have), body.Length - have, throwOnEndOfStream: false);
            if (have < body.Length)
                return Cut(prefix.Length + have);
            if (have == length)
                break;
            Array.Resize(ref body, (int)Math.Min(length, 2L * have));
        }

        return Crc32C.Of(body) == BinaryPrimitives.ReadUInt32LittleEndian(prefix[4..]) ? body : Damaged("the checksum of a record is not that of its bytes");
    }

    private ConnectionEvent? Parse(byte[] body)
    {
        try
        {
            return RecordingFormat.Parse(body);
        }
        catch (ArgumentOutOfRangeException)
        {
            _offset -= RecordingFormat.PrefixBytes + body.Length;
            Damaged("a record is too short for its kind");
            return null;
        }
    }

    private void End(byte[] body)
    {
        if (body.Length < RecordingFormat.LeastBodyBytes + 16)
        {
            Damaged("the end record is too short");
            return;
        }

        var (lost, unrecorded) = RecordingFormat.ParseEnd(body);
        if (_stream.ReadByte() < 0)
            Tail = new RecordingTail(RecordingTailKind.Complete, _offset, "The recording is complete.", lost, unrecorded);
        else
            Damaged("something follows the end record");
    }

    private byte[]? Cut(int left)
    {
        Tail = new RecordingTail(
            RecordingTailKind.Cut, _offset, $"The recording was cut off: there is no end record, and {left} bytes of a record that is not whole follow byte {_offset}.");
        return null;
    }

    private byte[]? Damaged(string what)
    {
        Tail = new RecordingTail(RecordingTailKind.Damaged, _offset, $"The recording is damaged at byte {_offset}: {what}.");
        return null;
    }
}
