using System.Diagnostics.CodeAnalysis;
using System.Reactive.Concurrency;

namespace RxGlisten.Demos.Http;

/// <summary>
/// Finds heads, each up to its empty line. Lines end by CR and LF: a server that took less would see other requests than a proxy before it does.
/// </summary>
internal sealed class RequestHeadDecoder(HttpLimits limits, IScheduler scheduler) : IFrameDecoder<RequestHead>
{
    private int _start;    // of the request's line: empty lines before it are skipped (RFC 9112, 2.2)
    private int _line;     // ... of the line under way
    private int _searched; // so many bytes of the head hold no other line's end
    private IStopwatch? _late;

    public bool TryDecode(ReadOnlyMemory<byte> bytes, [MaybeNullWhen(false)] out RequestHead frame, out int length)
    {
        var span = bytes.Span;
        while (span[_searched..].IndexOf((byte)'\n') is >= 0 and var found)
        {
            var end = _searched + found;
            if (end == _line || span[end - 1] != '\r')
                throw RequestException.Bad("A line ends without a carriage return.");
            var isEmpty = end == _line + 1;
            if (isEmpty && _line > _start)
            {
                length = end + 1;
                if (length > limits.HeadBytes)
                    throw new FrameTooLargeException(limits.HeadBytes); // before what is wrong with it: it is the same however it arrives
                frame = RequestHeadParser.Parse(bytes[_start.._line], limits);
                (_start, _line, _searched, _late) = (0, 0, 0, null);
                return true;
            }

            _searched = _line = end + 1;
            if (isEmpty)
                _start = _line;
        }

        _searched = span.Length;
        CheckTime();
        frame = null;
        length = 0;
        return false;
    }

    /// <summary>A client that sends a head byte by byte is looked at when it sends the next.</summary>
    private void CheckTime()
    {
        _late ??= scheduler.StartStopwatch();
        if (_late.Elapsed > limits.HeadTime)
            throw new RequestException(408, "The head took too long.");
    }
}
