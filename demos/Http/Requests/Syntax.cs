using System.Buffers;

namespace RxGlisten.Demos.Http;

/// <summary>The grammar's sets of characters (RFC 9110, 5.5 and 5.6.2).</summary>
internal static class Syntax
{
    private static readonly SearchValues<byte> s_tokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> s_valueBytes =
        SearchValues.Create([(byte)'\t', .. Enumerable.Range(' ', '~' - ' ' + 1).Concat(Enumerable.Range(0x80, 0x80)).Select(value => (byte)value)]);

    private static readonly SearchValues<byte> s_targetBytes = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(value => (byte)value)]);

    private static readonly SearchValues<byte> s_hostBytes =
        SearchValues.Create("-._~%!$&'()*+;=[]:0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>A method, or the name of a field.</summary>
    public static bool IsToken(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && !bytes.ContainsAnyExcept(s_tokenBytes);

    /// <summary>The value of a field: no control characters, and so neither a carriage return nor a NUL.</summary>
    public static bool IsValue(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept(s_valueBytes);

    /// <summary>A request's target: visible ASCII.</summary>
    public static bool IsTarget(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && !bytes.ContainsAnyExcept(s_targetBytes);

    /// <summary>A host and perhaps a port, by their characters.</summary>
    public static bool IsHost(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept(s_hostBytes);

    /// <summary>Without the spaces and tabs around it.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> bytes) => bytes.Trim(" \t"u8);
}
