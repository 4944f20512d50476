using System.Text;

namespace RxGlisten.Demos.KeyValue;

/// <summary>Names of commands, in small or capital letters, as text or as the bytes that came.</summary>
internal sealed class CommandNameComparer : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<byte>, string>
{
    private const int SmallLetter = 0x20;

    public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.OrdinalIgnoreCase);

    public bool Equals(ReadOnlySpan<byte> alternate, string other) => Ascii.EqualsIgnoreCase(alternate, other);

    public int GetHashCode(string obj) => GetHashCode(Encoding.UTF8.GetBytes(obj));

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = alternate.Length;
        foreach (var letter in alternate)
            hash = (hash * 31) + (letter | SmallLetter);
        return hash;
    }

    public string Create(ReadOnlySpan<byte> alternate) => Encoding.UTF8.GetString(alternate);
}
