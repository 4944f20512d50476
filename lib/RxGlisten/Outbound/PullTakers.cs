using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>
/// Who takes what a pulled sequence gives, as far as that can be known: first the connection around its subscription, then whoever its last
/// element reached. A sequence that is shared has several, ends with none of them, and the fastest sets its pace. Used by the pull's loop, and
/// by the sinks inside the calls that it makes.
/// </summary>
/// <param name="given">The connection around the subscription, if there was one.</param>
/// <param name="isOnly">Whether that one is the observer itself, so that there can't be others.</param>
internal sealed class PullTakers(IPullTaker? given, bool isOnly)
{
    private readonly HashSet<IPullTaker> _known = [];
    private List<IPullTaker> _takers = given is null ? [] : [given];
    private List<IPullTaker> _reached = [];
    private bool _isLost; // its connection is over, and nobody else is known

    /// <summary>The taker; null when there are several or none is known.</summary>
    public IPullTaker? Only => _takers.Count == 1 ? _takers[0] : null;

    /// <summary>The element that is being handed on has reached this one.</summary>
    public void Reached(IPullTaker taker)
    {
        if (_reached.Count == 0 || _reached[^1] != taker)
            _reached.Add(taker);
    }

    /// <summary>Waits until there is room for another element, which is at once where nobody is known.</summary>
    /// <returns>False when nobody is left to take it.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WaitForRoomAsync(CancellationToken cancellation)
    {
        if (!Learn())
            return false;
        while (_takers.Count > 0)
        {
            if (_takers.Count > 1)
            {
                if (await FastestHasRoomAsync(cancellation).ConfigureAwait(false))
                    return true;
                continue;
            }

            if (await HasRoomAsync(_takers[0], cancellation).ConfigureAwait(false))
                return true;
            if (isOnly)
                return false;

            // Unsubscribing its pipeline ends this pull, unless others share it: whether there are others, the next element shows.
            var last = _takers[0];
            await last.LeaveAsync(cancellation).ConfigureAwait(false);
            _takers.Clear();
            _isLost = last == given && _known.All(taker => taker == given || taker.IsGone);
        }

        return true;
    }

    /// <summary>Those whom the last element reached are waited for. It reached nobody where an operator kept it or left it out.</summary>
    /// <returns>False when there was nobody to be reached.</returns>
    private bool Learn()
    {
        if (_reached.Count == 0)
            return !_isLost;
        if (!_reached.SequenceEqual(_takers))
        {
            _known.RemoveWhere(static taker => taker.IsGone);
            _known.UnionWith(_reached);
            _reached.RemoveAll(static taker => taker.IsGone);
            (_takers, _reached) = (_reached, _takers);
        }

        _reached.Clear();
        _isLost = false;
        return _takers.Count > 0;
    }

    /// <summary>Waits for one; false when it takes no more.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<bool> HasRoomAsync(IPullTaker taker, CancellationToken cancellation)
    {
        try
        {
            if (taker.Queue is { } queue)
                await queue.WaitForRoomAsync(cancellation).ConfigureAwait(false);
            return true;
        }
        catch (ConnectionClosedException)
        {
            return false;
        }
    }

    /// <summary>Waits for the first of several. Those that take no more are left out, but for the last.</summary>
    /// <returns>False when it was the end of one that came first.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FastestHasRoomAsync(CancellationToken cancellation)
    {
        if (_takers.Find(static taker => taker.Queue is not null)?.Queue is not { } queue)
            return true;
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var first = new Waiter<bool>(queue.Executor);
        var races = new List<Task<bool>>(_takers.Count);
        foreach (var taker in _takers)
        {
            races.Add(RaceAsync(taker, first, others.Token));
            if (races[^1] is { IsCompletedSuccessfully: true, Result: true })
                break; // there is room now
        }

        var hasRoom = await first.Task.ConfigureAwait(false);
        others.Cancel();
        for (var i = races.Count - 1; i >= 0; i--)
        {
            if (!await races[i].ConfigureAwait(false) && _takers.Count > 1)
                _takers.RemoveAt(i);
        }

        return hasRoom;
    }

    /// <returns>False when this one takes no more.</returns>
    private static async Task<bool> RaceAsync(IPullTaker taker, Waiter<bool> first, CancellationToken cancellation)
    {
        var takes = true;
        try
        {
            takes = await HasRoomAsync(taker, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Another was first, or the pull was disposed.
        }

        first.End(takes);
        return takes;
    }
}
