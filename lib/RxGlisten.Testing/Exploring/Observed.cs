namespace RxGlisten.Testing;

/// <summary>
/// An observer that remembers what it was told and checks the Rx grammar: calls are serial, nothing follows the end, nothing follows disposing.
/// A breach fails its scenario.
/// </summary>
/// <typeparam name="T">What it is told.</typeparam>
public sealed class Observed<T> : IObserver<T>, IDisposable
{
    private readonly Scenario _scenario;
    private readonly string _name;
    private readonly IObserver<T>? _next;
    private readonly List<T> _items = [];
    private IDisposable? _subscription;
    private bool _calling;

    internal Observed(Scenario scenario, string name, IObserver<T>? next = null) => (_scenario, _name, _next) = (scenario, name, next);

    /// <summary>What it was told.</summary>
    public IReadOnlyList<T> Items => _items;

    /// <summary>Whether it was told of the end.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Whether it was disposed before the end.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>The error that ended it.</summary>
    public Exception? Error { get; private set; }

    /// <inheritdoc/>
    public void OnNext(T value)
    {
        if (!Enter("OnNext"))
            return;
        try
        {
            if (_next is null)
                _items.Add(value);
            else
                _next.OnNext(value);
        }
        finally
        {
            _calling = false;
        }
    }

    /// <inheritdoc/>
    public void OnError(Exception error)
    {
        if (!Enter("OnError"))
            return;
        IsEnded = true;
        Error = error;
        try
        {
            _next?.OnError(error);
        }
        finally
        {
            _calling = false;
        }
    }

    /// <inheritdoc/>
    public void OnCompleted()
    {
        if (!Enter("OnCompleted"))
            return;
        IsEnded = true;
        try
        {
            _next?.OnCompleted();
        }
        finally
        {
            _calling = false;
        }
    }

    /// <summary>Unsubscribes.</summary>
    public void Dispose()
    {
        IsDisposed |= !IsEnded;
        _subscription?.Dispose();
    }

    internal Observed<T> On(IObservable<T> source)
    {
        _subscription = source.Subscribe(this);
        if (IsDisposed)
            _subscription.Dispose();
        return this;
    }

    private bool Enter(string call)
    {
        if (_calling)
            _scenario.Fail($"{_name}: {call} came inside another call.");
        if (IsEnded)
            _scenario.Fail($"{_name}: {call} came after the end.");
        if (IsDisposed)
            _scenario.Fail($"{_name}: {call} came after disposing.");
        if (IsEnded || IsDisposed)
            return false;
        _calling = true;
        return true;
    }
}
