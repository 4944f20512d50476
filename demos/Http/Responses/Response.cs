using System.Text;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>A response: a content that is there, or a body that is produced while it is sent. One that is there can be given again and again.</summary>
/// <param name="Status">Its status.</param>
internal sealed record Response(int Status)
{
    private byte[]? _lines;

    /// <summary>What the content is; null without one.</summary>
    public string? ContentType { get; init; }

    /// <summary>Other fields, as lines with their ends.</summary>
    public string Fields { get; init; } = "";

    /// <summary>The content that is there.</summary>
    public Bytes Content { get; init; }

    /// <summary>The body that is produced; null where the content is all there is.</summary>
    public IObservable<Bytes>? Body { get; init; }

    /// <summary>The length of the body; null where it is not known before its end.</summary>
    public long? Length { get; init; }

    /// <summary>What the connection does from now on, as an upgrade (RFC 9110, 7.8); null where it goes on with HTTP.</summary>
    public Func<IConnection, IObservable<Bytes>>? Upgraded { get; init; }

    /// <summary>Whether the client has to be told by the body itself where it ends.</summary>
    public bool IsOpenEnded => Body is not null && Length is null;

    /// <summary>The first lines of the head, which are the same each time.</summary>
    public ReadOnlySpan<byte> Lines => _lines ??= Encoding.ASCII.GetBytes($"HTTP/1.1 {Status} {Reason.Of(Status)}\r\n{TypeLine}{LengthLine}{Fields}");

    private bool HasContent => Status is >= 200 and not (204 or 304);

    private string TypeLine => ContentType is null ? "" : $"Content-Type: {ContentType}\r\n";

    private string LengthLine => HasContent && !IsOpenEnded ? $"Content-Length: {(Body is null ? Content.Length : Length)}\r\n" : "";

    /// <summary>A response in words.</summary>
    public static Response Text(string text, int status = 200) =>
        new(status) { ContentType = "text/plain; charset=utf-8", Content = Encoding.UTF8.GetBytes(text) };

    /// <summary>A response that says its status in words.</summary>
    public static Response Plain(int status) => Text($"{status} {Reason.Of(status)}\n", status);
}
