using System.Text;

namespace RxGlisten.Demos.Http;

/// <summary>The fields of a head. Names are compared without regard to case.</summary>
internal sealed class Fields(Field[] fields)
{
    public int Count => fields.Length;

    /// <summary>How many have this name.</summary>
    public int CountOf(ReadOnlySpan<byte> name)
    {
        var count = 0;
        foreach (var field in fields)
        {
            if (Ascii.EqualsIgnoreCase(field.Name.Span, name))
                count++;
        }

        return count;
    }

    /// <summary>The value of the first with this name; null where there is none.</summary>
    public string? Text(ReadOnlySpan<byte> name) => TryGet(name, out var value) ? Encoding.Latin1.GetString(value) : null;

    /// <summary>The value of the first with this name.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (var field in fields)
        {
            if (!Ascii.EqualsIgnoreCase(field.Name.Span, name))
                continue;
            value = field.Value.Span;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Whether the list that all fields of this name make has this element.</summary>
    public bool Lists(ReadOnlySpan<byte> name, ReadOnlySpan<byte> element)
    {
        foreach (var field in fields)
        {
            if (!Ascii.EqualsIgnoreCase(field.Name.Span, name))
                continue;
            var value = field.Value.Span;
            foreach (var range in value.Split((byte)','))
            {
                if (Ascii.EqualsIgnoreCase(Syntax.Trim(value[range]), element))
                    return true;
            }
        }

        return false;
    }
}
