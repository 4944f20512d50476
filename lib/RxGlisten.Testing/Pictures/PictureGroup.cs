using System.Globalization;

namespace RxGlisten.Testing;

/// <summary>Packets of a lane that are one thing on a picture: a single one, or several whose labels would overlap.</summary>
internal readonly record struct PictureGroup(double First, double Last, long Count, long Bytes, string Label)
{
    private const double Gap = 10; // between two labels

    public string Text => Count == 1 ? Label : string.Create(CultureInfo.InvariantCulture, $"{Count} packets, {PictureText.Size(Bytes)}");

    public PictureGroup With(PictureGroup later) => new(First, later.Last, Count + later.Count, Bytes + later.Bytes, "");

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
}
