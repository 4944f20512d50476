using System.Text;

namespace RxGlisten.Demos.Http;

/// <summary>The fields of a head. Names are compared without regard to case.</summary>
internal readonly struct Fields(Field[] fields)
{
    /// <summary>Whether the list that a field is has this element.</summary>
    public static bool Lists(Field field, ReadOnlySpan<byte> element)
    {
        var value = field.Value.Span;
        foreach (var range in value.Split((byte)','))
        {
            if (Ascii.EqualsIgnoreCase(Syntax.Trim(value[range]), element))
                return true;
        }

        return false;
    }

    /// <summary>Whether there is one with this name.</summary>
    public bool Has(ReadOnlySpan<byte> name)
    {
        foreach (var field in fields)
        {
            if (Ascii.EqualsIgnoreCase(field.Name.Span, name))
                return true;
        }

        return false;
    }

    /// <summary>The value of the first with this name; null where there is none.</summary>
    public string? Text(ReadOnlySpan<byte> name)
    {
        foreach (var field in fields)
        {
            if (Ascii.EqualsIgnoreCase(field.Name.Span, name))
                return Encoding.Latin1.GetString(field.Value.Span);
        }

        return null;
    }

    /// <summary>Whether the list that all fields of this name make has this element.</summary>
    public bool Lists(ReadOnlySpan<byte> name, ReadOnlySpan<byte> element)
    {
        foreach (var field in fields)
        {
            if (Ascii.EqualsIgnoreCase(field.Name.Span, name) && Lists(field, element))
                return true;
        }

        return false;
    }
}
