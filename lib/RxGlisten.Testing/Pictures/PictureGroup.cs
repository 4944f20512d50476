using System.Globalization;

namespace RxGlisten.Testing;

/// <summary>Packets (or elements, which have no size) of a lane that are one thing on a picture: a single one, or several whose labels would overlap.</summary>
internal readonly record struct PictureGroup(double First, double Last, long Count, long? Bytes, string Label)
{
    private const double Gap = 10;      // between two labels
    private const int MostJoined = 28;  // characters of labels that stand side by side; longer ones are counted instead

    public string Text => (Label, Bytes) switch
    {
        ({ Length: > 0 }, _) => Label,
        (_, { } bytes) => string.Create(CultureInfo.InvariantCulture, $"{Count} packets, {PictureText.Size(bytes)}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Count} elements"),
    };

    public PictureGroup With(PictureGroup later) => new(First, later.Last, Count + later.Count, Bytes + later.Bytes, Join(Label, later.Label));

    /// <summary>Where its label is: in the middle of it, but not outside of the lane.</summary>
    public double Middle(TimeAxis axis)
    {
        var half = PictureText.Width(Text) / 2;
        return Math.Max(axis.Left + half, Math.Min((First + Last) / 2, axis.Right - half));
    }

    /// <summary>Whether the label of an earlier group, or its marble, would touch this one's.</summary>
    public bool Touches(PictureGroup earlier, TimeAxis axis)
    {
        var end = Math.Max(earlier.Middle(axis) + (PictureText.Width(earlier.Text) / 2), earlier.Last + PictureSvg.MarbleRadius);
        var start = Math.Min(Middle(axis) - (PictureText.Width(Text) / 2), First - PictureSvg.MarbleRadius);
        return start < end + Gap;
    }

    private static string Join(string label, string later) =>
        label.Length > 0 && later.Length > 0 && label.Length + later.Length < MostJoined ? $"{label} {later}" : "";
}
