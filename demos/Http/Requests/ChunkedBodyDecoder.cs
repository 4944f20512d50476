using System.Globalization;

namespace RxGlisten.Demos.Http;

/// <summary>A chunked body (RFC 9112, 7.1). Extensions and trailers are checked and dropped.</summary>
internal sealed class ChunkedBodyDecoder(HttpLimits limits) : IBodyDecoder
{
    private const int MostSizeDigits = 15; // which no long overflows by
    private const int MostLineBytes = 1024;

    private Part _part;
    private long _left;    // of the chunk
    private long _total;
    private int _trailers; // bytes

    private enum Part
    {
        Size,
        Data,
        DataEnd,
        Trailers,
        Over,
    }

    public bool IsOver => _part == Part.Over;

    public bool TryDecode(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> frame, out int length)
    {
        frame = default;
        switch (_part)
        {
            case Part.Data:
                length = (int)Math.Min(_left, bytes.Length);
                frame = bytes[..length];
                _left -= length;
                if (_left == 0)
                    _part = Part.DataEnd;
                return true;
            case Part.DataEnd:
                return TryDecodeDataEnd(bytes.Span, out length);
            default:
                return TryDecodeLine(bytes, out length);
        }
    }

    private bool TryDecodeDataEnd(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 2;
        if (bytes[0] != '\r' || (bytes.Length > 1 && bytes[1] != '\n'))
            throw RequestException.Bad("A chunk is not as long as it says.");
        if (bytes.Length < length)
            return false;
        _part = Part.Size;
        return true;
    }

    private bool TryDecodeLine(ReadOnlyMemory<byte> bytes, out int length)
    {
        var end = bytes.Span.IndexOf((byte)'\n');
        length = end + 1;
        CheckLineLength(end < 0 ? bytes.Length : end);
        if (end < 0)
            return false;
        if (end == 0 || bytes.Span[end - 1] != '\r')
            throw RequestException.Bad("A line ends without a carriage return.");
        var line = bytes[..(end - 1)];
        if (_part == Part.Size)
            TakeSize(line.Span);
        else
            TakeTrailer(line);
        return true;
    }

    private void CheckLineLength(int count)
    {
        if (_part == Part.Size && count > MostLineBytes)
            throw RequestException.Bad("A chunk's size takes too many bytes.");
        if (_part == Part.Trailers && _trailers + count > limits.HeadBytes)
            throw new RequestException(431, $"The trailers are longer than {limits.HeadBytes} bytes.");
    }

    private void TakeSize(ReadOnlySpan<byte> line)
    {
        var semicolon = line.IndexOf((byte)';');
        var digits = semicolon < 0 ? line : line[..semicolon].TrimEnd(" \t"u8);
        if (digits.Length is 0 or > MostSizeDigits || !Syntax.IsValue(line) || !long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left))
            throw RequestException.Bad("A chunk's size is a hexadecimal number.");
        _total += _left;
        if (_total > limits.BodyBytes)
            throw new RequestException(413, $"A body is longer than {limits.BodyBytes} bytes.");
        _part = _left > 0 ? Part.Data : Part.Trailers;
    }

    private void TakeTrailer(ReadOnlyMemory<byte> line)
    {
        _trailers += line.Length;
        if (line.IsEmpty)
            _part = Part.Over;
        else
            RequestHeadParser.ParseField(line);
    }
}
