using System.Text;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>The fields that a server has to look at in every request, found in one pass over all of them.</summary>
internal struct KnownFields
{
    public int Hosts { get; private set; }

    /// <summary>The last Host.</summary>
    public Bytes Host { get; private set; }

    public int Lengths { get; private set; }

    /// <summary>The last Content-Length.</summary>
    public Bytes Length { get; private set; }

    public int Codings { get; private set; }

    /// <summary>The last Transfer-Encoding.</summary>
    public Bytes Coding { get; private set; }

    /// <summary>The last Expect; null where there is none.</summary>
    public Bytes? Expectation { get; private set; }

    /// <summary>Whether a Connection lists close.</summary>
    public bool Closes { get; private set; }

    /// <summary>... and keep-alive.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>Looks at a field.</summary>
    public void Note(Field field)
    {
        var name = field.Name.Span;
        switch (name.Length)
        {
            case 4 when Ascii.EqualsIgnoreCase(name, "host"u8):
                (Hosts, Host) = (Hosts + 1, field.Value);
                break;
            case 6 when Ascii.EqualsIgnoreCase(name, "expect"u8):
                Expectation = field.Value;
                break;
            case 10 when Ascii.EqualsIgnoreCase(name, "connection"u8):
                Closes |= Fields.Lists(field, "close"u8);
                KeepsAlive |= Fields.Lists(field, "keep-alive"u8);
                break;
            case 14 when Ascii.EqualsIgnoreCase(name, "content-length"u8):
                (Lengths, Length) = (Lengths + 1, field.Value);
                break;
            case 17 when Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8):
                (Codings, Coding) = (Codings + 1, field.Value);
                break;
        }
    }
}
