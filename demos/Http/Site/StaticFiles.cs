using System.Globalization;

namespace RxGlisten.Demos.Http;

/// <summary>The files below a folder, with validators (RFC 9110, 8.8 and 13) and ranges (14).</summary>
internal sealed class StaticFiles(string folder)
{
    private static readonly Dictionary<string, string> s_types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".json"] = "application/json",
        [".txt"] = "text/plain; charset=utf-8",
        [".md"] = "text/markdown; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
    };

    private readonly string _root = WithSeparator(Path.GetFullPath(folder)); // what is below it begins with that

    /// <summary>Answers a GET or a HEAD.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">Where below the folder, as it was sent.</param>
    public Response Answer(Request request, string path)
    {
        if (Find(path) is not { } file)
            return Response.Plain(404);
        var tag = $"\"{file.LastWriteTimeUtc.Ticks:x}-{file.Length:x}\"";
        var modified = file.LastWriteTimeUtc.ToString("r", CultureInfo.InvariantCulture);
        var fields = $"ETag: {tag}\r\nLast-Modified: {modified}\r\nAccept-Ranges: bytes\r\n";
        if (IsKnown(request.Head.Fields, tag, modified))
            return new Response(304) { Fields = fields };
        var kind = ByteRange.Parse(RangeOf(request, tag, modified), file.Length, out var range);
        return kind switch
        {
            RangeKind.None => Response.Plain(416) with { Fields = $"Content-Range: bytes */{file.Length}\r\n" },
            RangeKind.Part => Send(file, range, 206, $"{fields}Content-Range: bytes {range.From}-{range.From + range.Length - 1}/{file.Length}\r\n"),
            _ => Send(file, range, 200, fields),
        };
    }

    private static Response Send(FileInfo file, ByteRange range, int status, string fields) => new(status)
    {
        ContentType = s_types.GetValueOrDefault(file.Extension, "application/octet-stream"),
        Fields = fields,
        Body = Outgoing.Pull(FilePart.ReadAsync(file.FullName, range)),
        Length = range.Length,
    };

    /// <summary>Whether the client has it as it is (RFC 9110, 13.2.2).</summary>
    private static bool IsKnown(Fields fields, string tag, string modified)
    {
        if (fields.Has("if-none-match"u8))
        {
            var bytes = System.Text.Encoding.ASCII.GetBytes(tag);
            return fields.Lists("if-none-match"u8, "*"u8) || fields.Lists("if-none-match"u8, bytes) || fields.Lists("if-none-match"u8, [.. "W/"u8, .. bytes]);
        }

        return fields.Text("if-modified-since"u8) == modified;
    }

    /// <summary>The range that is asked for, unless it is one of a file that is no more (RFC 9110, 13.1.5).</summary>
    private static string? RangeOf(Request request, string tag, string modified)
    {
        if (request.IsHead)
            return null;
        var condition = request.Head.Fields.Text("if-range"u8);
        return condition is null || condition == tag || condition == modified ? request.Head.Fields.Text("range"u8) : null;
    }

    private static string WithSeparator(string path) => Path.EndsInDirectorySeparator(path) ? path : path + Path.DirectorySeparatorChar;

    private FileInfo? Find(string path)
    {
        var name = Uri.UnescapeDataString(path);
        if (name.Length == 0 || name.AsSpan().IndexOfAny('\0', '\\') >= 0)
            return null;
        var full = Path.GetFullPath(Path.Combine(_root, name));
        if (!full.StartsWith(_root, StringComparison.Ordinal))
            return null;
        var file = new FileInfo(full);
        return file.Exists ? file : null;
    }
}
