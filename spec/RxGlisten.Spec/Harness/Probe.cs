namespace RxGlisten.Spec.Harness;

/// <summary>
/// An observer that records what it is told, lets specs wait for it, and checks the Rx grammar all the time: calls are serial, and
/// nothing follows the end. A breach fails the spec, and before that every later look at it.
/// </summary>
internal sealed class Probe<T>(Action<T>? onNext = null, Action? onEnd = null) : IObserver<T>, IDisposable
{
    private readonly Grammar _grammar = new();
    private readonly Lock _gate = new();
    private readonly List<T> _items = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(int Count, TaskCompletionSource Reached)> _waits = [];
    private IDisposable? _subscription;

    /// <summary>What it was told so far.</summary>
    public IReadOnlyList<T> Items
    {
        get
        {
            _grammar.Check();
            lock (_gate)
                return [.. _items];
        }
    }

    /// <summary>Whether it was told of the end.</summary>
    public bool IsEnded
    {
        get
        {
            _grammar.Check();
            return _grammar.IsOver;
        }
    }

    /// <summary>The error that ended it.</summary>
    public Exception? Error { get; private set; }

    /// <summary>The end; fails with the error.</summary>
    public async Task EndAsync()
    {
        await _ended.Task.Soon();
        _grammar.Check();
        if (Error is not null)
            throw Error;
    }

    /// <summary>The error that must come.</summary>
    public async Task<Exception> ErrorAsync()
    {
        await _ended.Task.Soon();
        _grammar.Check();
        return Error ?? throw new InvalidOperationException("It completed, and should have failed.");
    }

    /// <summary>Waits until it was told so many things, and gives them all.</summary>
    public async Task<IReadOnlyList<T>> CountAsync(int count)
    {
        Task reached;
        lock (_gate)
        {
            if (_items.Count >= count)
                return [.. _items];
            var wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((count, wait));
            reached = wait.Task;
        }

        await reached.Soon();
        return Items;
    }

    public Probe<T> On(IObservable<T> source)
    {
        _subscription = source.Subscribe(this);
        return this;
    }

    public void Dispose() => _subscription?.Dispose();

    public void OnNext(T value)
    {
        _grammar.Enter("OnNext");
        try
        {
            lock (_gate)
            {
                _items.Add(value);
                foreach (var (count, reached) in _waits)
                {
                    if (_items.Count >= count)
                        reached.TrySetResult();
                }
            }

            onNext?.Invoke(value);
        }
        finally
        {
            _grammar.Leave();
        }
    }

    public void OnError(Exception error)
    {
        _grammar.Enter("OnError");
        Error = error;
        End();
    }

    public void OnCompleted()
    {
        _grammar.Enter("OnCompleted");
        End();
    }

    private void End()
    {
        _grammar.End();
        try
        {
            onEnd?.Invoke();
        }
        finally
        {
            _grammar.Leave();
        }

        _ended.TrySetResult();
    }
}
