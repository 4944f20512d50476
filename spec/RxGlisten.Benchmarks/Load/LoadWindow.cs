namespace RxGlisten.Benchmarks.Load;

/// <summary>Where the measurement stands; the coordinator moves it, the workers look.</summary>
internal sealed class LoadWindow
{
    private volatile bool _measuring;
    private volatile bool _over;

    public bool Measuring => _measuring;
    public bool Over => _over;

    public void Open() => _measuring = true;

    public void Close()
    {
        _measuring = false;
        _over = true;
    }
}
