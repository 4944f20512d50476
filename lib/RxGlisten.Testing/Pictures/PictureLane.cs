namespace RxGlisten.Testing;

/// <summary>One direction of a connection: its packets, grouped as they come, so that a long recording takes no more memory than its picture.</summary>
internal sealed class PictureLane(TimeAxis axis)
{
    private const double TickGap = 4; // nearer ones would be one line
    private readonly List<PictureGroup> _groups = [];
    private readonly List<double> _ticks = [];

    public IReadOnlyList<PictureGroup> Groups => _groups;

    /// <summary>Where the packets are, as far as one can tell them apart.</summary>
    public IReadOnlyList<double> Ticks => _ticks;

    /// <summary>When the side that sends here finished; null if it did not.</summary>
    public TimeSpan? Finished { get; set; }

    /// <summary>When it reset; null if it did not.</summary>
    public TimeSpan? Reset { get; set; }

    public void Add(TimeSpan time, ReadOnlySpan<byte> data) => Add(axis.X(time), data.Length, PictureText.Payload(data));

    public void Add(PictureElement element) => Add(axis.X(element.Time), null, element.Text);

    private void Add(double x, long? bytes, string label)
    {
        if (_ticks.Count == 0 || x >= _ticks[^1] + TickGap)
            _ticks.Add(x);
        var added = new PictureGroup(x, x, 1, bytes, label);
        while (_groups is [.., var last] && added.Touches(last, axis))
        {
            added = last.With(added);
            _groups.RemoveAt(_groups.Count - 1);
        }

        _groups.Add(added);
    }
}
