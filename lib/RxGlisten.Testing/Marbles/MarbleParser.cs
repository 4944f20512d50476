using System.Globalization;
using System.Text;

namespace RxGlisten.Testing;

/// <summary>Reads the notation of docs/guide/marbles.md.</summary>
internal sealed class MarbleParser(string script, TimeSpan frame)
{
    private const string Items = "a byte (a to z, 0 to 9), 'text', <hex>, F, X, S or G";
    private readonly List<MarbleEvent> _events = [];
    private int _position;
    private TimeSpan _time;
    private int? _over; // where the direction ended

    public static bool IsByteLetter(char c) => c is (>= 'a' and <= 'z') or (>= '0' and <= '9');

    public (IReadOnlyList<MarbleEvent> Events, TimeSpan Duration) Parse()
    {
        while (_position < script.Length)
        {
            var c = script[_position];
            if (char.IsWhiteSpace(c))
                _position++;
            else if (c == '-')
                Pass(frame);
            else if (c == '~')
                PassNamedTime();
            else if (c == '(')
                ReadGroup();
            else
                ReadFrame();
        }

        return (_events, _time);
    }

    private void Pass(TimeSpan time)
    {
        _time += time;
        _position++;
    }

    private void ReadFrame()
    {
        ReadItem($"expected {Items}, -, ~ or (");
        _time += frame;
    }

    private void ReadGroup()
    {
        var start = _position++;
        while (true)
        {
            if (_position == script.Length)
                throw Wrong(start, "this group is not closed: expected ) after its last item");
            if (char.IsWhiteSpace(script[_position]))
                _position++;
            else if (script[_position] == ')')
                break;
            else
                ReadItem($"expected {Items} or the ) of the group");
        }

        if (_events.Count == 0 || _events[^1].Time != _time)
            throw Wrong(start, $"an empty group: expected {Items} in it");
        Pass(frame);
    }

    private void ReadItem(string expectation)
    {
        var start = _position;
        switch (script[start])
        {
            case '\'':
                Add(MarbleEventKind.Bytes, start, ReadText());
                break;
            case '<':
                Add(MarbleEventKind.Bytes, start, ReadHex());
                break;
            case 'F':
                _position++;
                Add(MarbleEventKind.Finish, start);
                break;
            case 'X':
                _position++;
                Add(MarbleEventKind.Reset, start);
                break;
            case 'S':
                _position++;
                Add(MarbleEventKind.StopReading, start);
                break;
            case 'G':
                _position++;
                Add(MarbleEventKind.ResumeReading, start);
                break;
            case var c when IsByteLetter(c):
                _position++;
                Add(MarbleEventKind.Bytes, start, [(byte)c]);
                break;
            default:
                throw Wrong(start, expectation);
        }
    }

    private void Add(MarbleEventKind kind, int start, byte[]? data = null)
    {
        var sends = kind is MarbleEventKind.Bytes or MarbleEventKind.Finish;
        if (_over is { } over && (sends || script[over] == 'X'))
            throw Wrong(start, $"expected nothing that is sent after the {script[over]} at position {over}");
        _events.Add(new MarbleEvent(_time, kind, data));
        if (kind is MarbleEventKind.Finish or MarbleEventKind.Reset)
            _over = start;
    }

    private byte[] ReadText()
    {
        var start = _position++;
        var text = new StringBuilder();
        while (true)
        {
            if (_position == script.Length)
                throw Wrong(start, "this text is not closed: expected a ' after it");
            var c = script[_position++];
            if (c == '\'')
                break;
            text.Append(c == '\\' ? ReadEscape() : c);
        }

        return text.Length > 0 ? Encoding.UTF8.GetBytes(text.ToString()) : throw Wrong(start, "an empty text: expected a character between the quotes");
    }

    private char ReadEscape()
    {
        var c = _position < script.Length ? script[_position] : ' ';
        _position++;
        return c switch
        {
            'r' => '\r',
            'n' => '\n',
            't' => '\t',
            '\\' or '\'' => c,
            _ => throw Wrong(_position - 1, @"expected r, n, t, \ or ' after a backslash; other bytes are written as <hex>"),
        };
    }

    private byte[] ReadHex()
    {
        var start = _position++;
        var end = script.IndexOf('>', _position);
        if (end < 0)
            throw Wrong(start, "these bytes are not closed: expected a > after them");
        var digits = new StringBuilder();
        for (; _position < end; _position++)
        {
            if (char.IsAsciiHexDigit(script[_position]))
                digits.Append(script[_position]);
            else if (!char.IsWhiteSpace(script[_position]))
                throw Wrong(_position, "expected a hexadecimal digit or >");
        }

        if (digits.Length == 0 || digits.Length % 2 != 0)
            throw Wrong(_position, $"expected two hexadecimal digits for each byte; there are {digits.Length}");
        _position++;
        return Convert.FromHexString(digits.ToString());
    }

    private void PassNamedTime()
    {
        var start = _position;
        var end = script.IndexOf('~', start + 1);
        if (end < 0)
            throw Wrong(start, "this silence is not closed: expected a time and a ~, as in ~30s~");
        var text = script[(start + 1)..end].Trim();
        var unit = text.TrimStart([.. "0123456789."]);
        TimeSpan? scale = unit switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => null,
        };
        if (scale is null || !decimal.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            throw Wrong(start + 1, "expected a number and ms, s, m or h, as in ~30s~");
        var ticks = amount * scale.Value.Ticks;
        if (ticks % frame.Ticks != 0 || ticks > long.MaxValue / 2)
            throw Wrong(start + 1, $"expected a whole number of frames; a frame is {frame.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)} ms");
        _time += new TimeSpan((long)ticks);
        _position = end + 1;
    }

    private MarbleSyntaxException Wrong(int position, string expectation) => new(script, position, expectation);
}
