using System.Text;

namespace RxGlisten.Demos.KeyValue;

/// <summary>What a command is answered.</summary>
internal readonly struct Reply
{
    private Reply(ReplyKind kind, ReadOnlyMemory<byte> text = default, long number = 0, Reply[]? items = null) =>
        (Kind, Text, Number, Items) = (kind, text, number, items ?? []);

    public static Reply None { get; } = new(ReplyKind.None);

    public static Reply Null { get; } = new(ReplyKind.Null);

    public static Reply Ok { get; } = Simple("OK");

    public static Reply Pong { get; } = Simple("PONG");

    public static Reply SyntaxError { get; } = Error("ERR syntax error");

    public static Reply NotAnInteger { get; } = Error("ERR value is not an integer or out of range");

    public ReplyKind Kind { get; }

    /// <summary>Of a text, an error or bytes.</summary>
    public ReadOnlyMemory<byte> Text { get; }

    /// <summary>Of a number.</summary>
    public long Number { get; }

    /// <summary>Of those that hold others.</summary>
    public Reply[] Items { get; }

    /// <summary>Whether the connection ends by it.</summary>
    public bool IsLast { get; private init; }

    public static Reply Simple(string text) => new(ReplyKind.Simple, Encoding.UTF8.GetBytes(text));

    /// <summary>An error. What came from the client must not end its line: it shows as blanks.</summary>
    public static Reply Error(string text) => new(ReplyKind.Error, Encoding.UTF8.GetBytes(text.ReplaceLineEndings(" ")));

    public static Reply WrongNumber(string command) => Error($"ERR wrong number of arguments for '{command}' command");

    public static Reply Integer(long number) => new(ReplyKind.Integer, number: number);

    public static Reply Bulk(string text) => Bulk(Encoding.UTF8.GetBytes(text));

    public static Reply Bulk(ReadOnlyMemory<byte> bytes) => new(ReplyKind.Bulk, bytes);

    /// <summary>Bytes, or that there are none.</summary>
    public static Reply BulkOrNull(byte[]? bytes) => bytes is null ? Null : Bulk(bytes);

    public static Reply Array(params Reply[] items) => new(ReplyKind.Array, items: items);

    public static Reply Map(params Reply[] keysAndValues) => new(ReplyKind.Map, items: keysAndValues);

    public static Reply Push(params Reply[] items) => new(ReplyKind.Push, items: items);

    public static Reply Several(params Reply[] replies) => new(ReplyKind.Several, items: replies);

    /// <summary>The same, and then the connection ends.</summary>
    public Reply AndEnd() => this with { IsLast = true };
}
