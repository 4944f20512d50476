namespace RxGlisten;

/// <summary>The lifetimes of the steps of one subscription: one for each connection that its items come from, which is one connection, but for a query over several.</summary>
internal sealed class StepLifetimes
{
    private readonly Lock _gate = new();
    private StepLifetime? _latest;
    private Dictionary<object, StepLifetime>? _others; // by their connections, or by this where they have none
    private bool _isOver;

    /// <summary>The token for a step of an item from this connection, or from nowhere.</summary>
    public CancellationToken TokenFor(Connection? connection)
    {
        StepLifetime lifetime;
        lock (_gate)
        {
            if (_isOver)
                return new CancellationToken(canceled: true);
            if (_latest is not null && _latest.Connection == connection)
                return _latest.Token;
            StepLifetime? known = null;
            _others?.Remove(Key(connection), out known);
            if (_latest is not null)
                (_others ??= []).Add(Key(_latest.Connection), _latest);
            _latest = lifetime = known ?? new StepLifetime(connection, Forget);
            if (known is not null)
                return known.Token;
        }

        lifetime.Begin();
        return lifetime.Token;
    }

    /// <summary>The subscription is over: nobody wants any results.</summary>
    public void End()
    {
        StepLifetime? latest;
        Dictionary<object, StepLifetime>? others;
        lock (_gate)
        {
            _isOver = true;
            (latest, others) = (_latest, _others);
            (_latest, _others) = (null, null);
        }

        latest?.GiveUp();
        if (others is null)
            return;
        foreach (var other in others.Values)
            other.GiveUp();
    }

    private void Forget(StepLifetime lifetime)
    {
        lock (_gate)
        {
            if (_latest == lifetime)
                _latest = null;
            else
                _others?.Remove(Key(lifetime.Connection));
        }
    }

    private object Key(Connection? connection) => connection ?? (object)this;
}
