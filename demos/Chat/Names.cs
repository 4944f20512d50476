namespace RxGlisten.Demos.Chat;

/// <summary>The names that are taken. Small and capital letters are the same.</summary>
internal sealed class Names
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);
    private int _strangers;

    /// <summary>A name for somebody who has not said one.</summary>
    public string TakeAny()
    {
        lock (_gate)
        {
            while (true)
            {
                var name = $"guest{++_strangers}";
                if (_taken.Add(name))
                    return name;
            }
        }
    }

    /// <summary>Takes one in place of another.</summary>
    /// <returns>Whether it was free.</returns>
    public bool TryExchange(string old, string name)
    {
        lock (_gate)
        {
            var isSame = string.Equals(old, name, StringComparison.OrdinalIgnoreCase);
            if (!isSame && !_taken.Add(name))
                return false;
            if (!isSame)
                _taken.Remove(old);
            return true;
        }
    }

    /// <summary>Gives one back.</summary>
    public void Release(string name)
    {
        lock (_gate)
            _taken.Remove(name);
    }
}
