using System.Buffers.Text;

namespace RxGlisten.Demos.KeyValue;

/// <summary>
/// Commands of the Redis protocol: arrays of bulk strings, or a line of words as one types it into nc. It goes on where it stopped, so that a long command
/// which comes in small pieces costs no more than another. (https://redis.io/docs/latest/develop/reference/protocol-spec/)
/// </summary>
internal sealed class RespDecoder : IFrameDecoder<Command>
{
    private const int MostWords = 1024 * 1024;
    private const int LongestLine = 64 * 1024;
    private const int LongestHeader = 16;  // "*", a sign, ten digits and the end of the line, with something to spare

    private readonly List<Range> _words = []; // of the command under way
    private int _missing;                     // words that are still to come; 0: the header is
    private int _at;                          // what is before it is decoded, or known to hold no end of a line

    public bool TryDecode(ReadOnlyMemory<byte> bytes, out Command frame, out int length)
    {
        var isComplete = bytes.Span[0] == '*' ? TryDecodeArray(bytes, out frame, out length) : TryDecodeLine(bytes, out frame, out length);
        if (isComplete)
            (_at, _missing) = (0, 0);
        return isComplete;
    }

    private bool TryDecodeArray(ReadOnlyMemory<byte> bytes, out Command command, out int length)
    {
        var span = bytes.Span;
        command = default;
        if (_at == 0)
        {
            if (!TryReadHeader(span, "multibulk", int.MinValue, MostWords, out _missing))
            {
                length = 0;
                return false;
            }

            _words.Clear();
        }

        for (; _missing > 0; _missing--)
        {
            if (!TryReadWord(span, out length))
                return false;
        }

        command = new Command(bytes, [.. _words]);
        length = _at;
        return true;
    }

    /// <summary>Reads the next word.</summary>
    /// <param name="bytes">From the beginning of the command.</param>
    /// <param name="length">How long the command is at least, where the word says it.</param>
    private bool TryReadWord(ReadOnlySpan<byte> bytes, out int length)
    {
        var start = _at;
        length = 0;
        if (start == bytes.Length)
            return false;
        if (bytes[start] != '$')
            throw new ProtocolException($"expected '$', got '{(char)bytes[start]}'");
        if (!TryReadHeader(bytes, "bulk", 0, int.MaxValue / 2, out var count))
            return false;

        var end = _at + count;
        length = end + 2;
        if (bytes.Length < end + 2)
        {
            _at = start;
            return false;
        }

        if (bytes[end] != '\r' || bytes[end + 1] != '\n')
            throw new ProtocolException("expected the end of a line behind a bulk string");
        _words.Add(_at..end);
        _at = end + 2;
        return true;
    }

    /// <summary>Reads a number, behind the byte that says what it counts, and the end of its line.</summary>
    private bool TryReadHeader(ReadOnlySpan<byte> bytes, string what, int least, int most, out int number)
    {
        var header = bytes[(_at + 1)..];
        if (header.Length > LongestHeader)
            header = header[..LongestHeader];
        var end = header.IndexOf("\r\n"u8);
        if (end < 0 && header.Length < LongestHeader)
        {
            number = 0;
            return false;
        }

        if (end <= 0 || !Utf8Parser.TryParse(header[..end], out number, out int digits) || digits < end || number < least || number > most)
            throw new ProtocolException($"invalid {what} length");
        _at += 1 + end + 2;
        return true;
    }

    private bool TryDecodeLine(ReadOnlyMemory<byte> bytes, out Command command, out int length)
    {
        var end = bytes.Span[_at..].IndexOf((byte)'\n');
        if (_at + (end < 0 ? bytes.Length - _at : end) > LongestLine)
            throw new ProtocolException("too big inline request");
        if (end < 0)
        {
            _at = bytes.Length;
            (command, length) = (default, 0);
            return false;
        }

        end += _at;
        command = InlineCommand.Parse(bytes.Span[..end]);
        length = end + 1;
        return true;
    }
}
