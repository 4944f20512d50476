namespace RxGlisten.Spec.Handling.Doubles;

/// <summary>Steps whose ends the spec decides: every call is noted, with its token, and waits until it is told what it gives.</summary>
internal sealed class StepScript
{
    private readonly List<(string Item, TaskCompletionSource<string> End, CancellationToken Cancellation)> _calls = [];

    /// <summary>The items of the calls, in their order.</summary>
    public string Calls => string.Concat(_calls.Select(call => call.Item));

    /// <summary>Calls that have not ended.</summary>
    public int Running => _calls.Count(call => !call.End.Task.IsCompleted);

    /// <summary>The most that ran at a time.</summary>
    public int MostRunning { get; private set; }

    public ValueTask<string> Step(string item, CancellationToken cancellation)
    {
        var end = new TaskCompletionSource<string>();
        cancellation.UnsafeRegister(_ => end.TrySetCanceled(cancellation), null);
        _calls.Add((item, end, cancellation));
        MostRunning = Math.Max(MostRunning, Running);
        return new ValueTask<string>(end.Task);
    }

    /// <summary>Ends the calls for these items, in this order, with the item in upper case.</summary>
    public void End(string items)
    {
        foreach (var item in items)
            Find(item).End.SetResult(item.ToString().ToUpperInvariant());
    }

    public void Fail(char item, Exception error) => Find(item).End.SetException(error);

    public bool IsCancelled(char item) => Find(item).Cancellation.IsCancellationRequested;

    private (string Item, TaskCompletionSource<string> End, CancellationToken Cancellation) Find(char item) => _calls.Find(call => call.Item == item.ToString());
}
