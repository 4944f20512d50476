namespace RxGlisten.Testing;

/// <summary>One direction of a connection: its packets, grouped as they come, so that a long recording takes no more memory than its picture.</summary>
internal sealed class PictureLane(TimeAxis axis)
{
    private readonly List<PictureGroup> _groups = [];

    public IReadOnlyList<PictureGroup> Groups => _groups;

    /// <summary>When the side that sends here finished; null if it did not.</summary>
    public TimeSpan? Finished { get; set; }

    /// <summary>When it reset; null if it did not.</summary>
    public TimeSpan? Reset { get; set; }

    public void Add(TimeSpan time, ReadOnlySpan<byte> data)
    {
        var x = axis.X(time);
        var added = new PictureGroup(x, x, 1, data.Length, PictureText.Payload(data));
        while (_groups is [.., var last] && added.Touches(last, axis))
        {
            added = last.With(added);
            _groups.RemoveAt(_groups.Count - 1);
        }

        _groups.Add(added);
    }
}
