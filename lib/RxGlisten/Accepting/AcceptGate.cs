using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>
/// Where acceptors wait while nobody subscribes or the listener is paused. Each time it opens there is a new token, which is cancelled
/// when it closes, so that accepts which wait then end and a paused listener takes nothing.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer or a wait handle has nothing to dispose.")]
internal sealed class AcceptGate(Func<bool> hasSubscriber, ILogger log)
{
    private readonly Lock _lock = new();
    private readonly List<Waiter<CancellationToken?>> _waiting = [];
    private CancellationTokenSource? _open;
    private bool _paused;
    private bool _ended;

    /// <summary>Waits until the gate is open.</summary>
    /// <returns>Cancelled when the gate closes; null when it will never open again.</returns>
    public ValueTask<CancellationToken?> WaitAsync(ITransportExecutor executor)
    {
        lock (_lock)
        {
            if (_ended) return new((CancellationToken?)null);
            if (_open is not null) return new(_open.Token);
            var waiter = new Waiter<CancellationToken?>(executor);
            _waiting.Add(waiter);
            return waiter.Task;
        }
    }

    public void Pause()
    {
        lock (_lock) _paused = true;
        Refresh();
    }

    public void Resume()
    {
        lock (_lock) _paused = false;
        Refresh();
    }

    public void End()
    {
        lock (_lock) _ended = true;
        Refresh();
    }

    /// <summary>
    /// To be called after each change, outside locks. It reads the state instead of being told of the change, so calls that overtake each
    /// other do no harm: the last one to get the lock sees the last change.
    /// </summary>
    public void Refresh()
    {
        Waiter<CancellationToken?>[] woken = [];
        CancellationToken? open = null;
        CancellationTokenSource? closing = null;
        lock (_lock)
        {
            if (!_ended && !_paused && hasSubscriber())
            {
                if (_open is not null) return;
                _open = new CancellationTokenSource();
                open = _open.Token;
                woken = TakeWaiting();
            }
            else
            {
                closing = _open;
                _open = null;
                if (_ended) woken = TakeWaiting();
            }
        }

        foreach (Waiter<CancellationToken?> waiter in woken) waiter.End(open);
        try
        {
            closing?.Cancel();
        }
        catch (AggregateException exception)
        {
            AcceptLog.TransportFault(log, exception);
        }
    }

    private Waiter<CancellationToken?>[] TakeWaiting()
    {
        Waiter<CancellationToken?>[] all = [.. _waiting];
        _waiting.Clear();
        return all;
    }
}
