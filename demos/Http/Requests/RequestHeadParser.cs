using System.Text;

namespace RxGlisten.Demos.Http;

/// <summary>Reads the line and the fields of a request (RFC 9112, 3 and 5), strictly.</summary>
internal static class RequestHeadParser
{
    /// <summary>Reads a head.</summary>
    /// <param name="head">All its lines, each with the CR and LF that end it, without the empty one.</param>
    /// <param name="limits">How large it may be.</param>
    public static RequestHead Parse(ReadOnlyMemory<byte> head, HttpLimits limits)
    {
        var (method, target, minorVersion) = ParseLine(TakeLine(ref head).Span, limits);
        var (fields, known) = ParseFields(head, limits);
        CheckHost(known, minorVersion);
        CheckExpectation(known);
        var (contentLength, isChunked) = BodyFraming.Of(known, minorVersion, limits);
        return new RequestHead
        {
            Method = method,
            Target = target,
            MinorVersion = minorVersion,
            Fields = fields,
            ContentLength = contentLength,
            IsChunked = isChunked,
            KeepsAlive = minorVersion == 0 ? known.KeepsAlive && !known.Closes : !known.Closes,
            ExpectsContinue = minorVersion > 0 && known.Expectation is not null && (isChunked || contentLength > 0),
        };
    }

    /// <summary>Reads a line of the form "name: value".</summary>
    public static Field ParseField(ReadOnlyMemory<byte> line)
    {
        var span = line.Span;
        var colon = span.IndexOf((byte)':');
        // A name that ends by a space, and a line that begins by one and so goes on with the last, have both hidden a field from somebody.
        if (colon < 0 || !Syntax.IsToken(span[..colon]))
            throw RequestException.Bad("A field has no proper name.");
        var value = line[(colon + 1)..].Trim(" \t"u8);
        return Syntax.IsValue(value.Span) ? new Field(line[..colon], value) : throw RequestException.Bad("A field's value has control characters.");
    }

    private static (string Method, string Target, int MinorVersion) ParseLine(ReadOnlySpan<byte> line, HttpLimits limits)
    {
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first == last)
            throw RequestException.Bad("A request's line has a method, a target and a version, with a space between each.");
        var method = line[..first];
        var target = line[(first + 1)..last];
        if (!Syntax.IsToken(method) || !Syntax.IsTarget(target))
            throw RequestException.Bad("A request's line has characters that don't belong there.");
        if (target.Length > limits.TargetBytes)
            throw new RequestException(414, $"A target is longer than {limits.TargetBytes} bytes.");
        var minorVersion = MinorVersion(line[(last + 1)..]);
        return (Method(method), Target(target), minorVersion);
    }

    private static string Method(ReadOnlySpan<byte> method) =>
        method.SequenceEqual("GET"u8) ? "GET"
        : method.SequenceEqual("HEAD"u8) ? "HEAD"
        : method.SequenceEqual("POST"u8) ? "POST"
        : Encoding.ASCII.GetString(method);

    /// <summary>Of a target with a scheme and a host before it, as proxies are sent (RFC 9112, 3.2.2), what is behind them.</summary>
    private static string Target(ReadOnlySpan<byte> target)
    {
        if (target is [(byte)'/', ..] or [(byte)'*'])
            return Encoding.ASCII.GetString(target);
        const string Scheme = "http://";
        var text = Encoding.ASCII.GetString(target);
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw RequestException.Bad("A target is a path, or begins with http://.");
        var path = text.AsSpan(Scheme.Length).IndexOfAny('/', '?');
        return path < 0 ? "/" : text[Scheme.Length + path] == '?' ? "/" + text[(Scheme.Length + path)..] : text[(Scheme.Length + path)..];
    }

    private static int MinorVersion(ReadOnlySpan<byte> version)
    {
        if (version.Length != 8 || !version.StartsWith("HTTP/"u8) || version[6] != '.' || !char.IsAsciiDigit((char)version[5]) || !char.IsAsciiDigit((char)version[7]))
            throw RequestException.Bad("A version is of the form HTTP/1.1.");
        if (version[5] != '1')
            throw new RequestException(505, "Only HTTP/1 is spoken here.");
        return Math.Min(1, version[7] - '0');
    }

    private static (Fields Fields, KnownFields Known) ParseFields(ReadOnlyMemory<byte> lines, HttpLimits limits)
    {
        var count = lines.Span.Count((byte)'\n');
        if (count > limits.Fields)
            throw new RequestException(431, $"There are more than {limits.Fields} fields.");
        var fields = new Field[count];
        KnownFields known = default;
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = ParseField(TakeLine(ref lines));
            known.Note(fields[i]);
        }

        return (new Fields(fields), known);
    }

    /// <summary>Takes a line away, and gives it without its end.</summary>
    private static ReadOnlyMemory<byte> TakeLine(ref ReadOnlyMemory<byte> lines)
    {
        var end = lines.Span.IndexOf((byte)'\n');
        var line = lines[..(end - 1)];
        lines = lines[(end + 1)..];
        return line;
    }

    private static void CheckHost(KnownFields known, int minorVersion)
    {
        if (known.Hosts > 1 || (known.Hosts == 0 && minorVersion > 0))
            throw RequestException.Bad("A request has one Host.");
        if (!Syntax.IsHost(known.Host.Span))
            throw RequestException.Bad("A Host is a name or an address, and perhaps a port.");
    }

    private static void CheckExpectation(KnownFields known)
    {
        if (known.Expectation is { } expectation && !Ascii.EqualsIgnoreCase(expectation.Span, "100-continue"u8))
            throw new RequestException(417, "All that can be expected is 100-continue.");
    }
}
