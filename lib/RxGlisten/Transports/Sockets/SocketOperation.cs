using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace RxGlisten;

/// <summary>
/// A receive or a send that waits: socket arguments that are awaited without allocating. One operation at a time; the continuation runs inline on the
/// thread that completes it.
/// </summary>
internal abstract class SocketOperation : SocketAsyncEventArgs, IValueTaskSource<Transfer>
{
    private ManualResetValueTaskSourceCore<Transfer> _core;
    private volatile bool _aborted;

    protected SocketOperation()
        : base(true) // no execution context flows: continuations are the library's
    {
    }

    /// <summary>Whether the socket still has to complete it.</summary>
    public bool IsPending { get; private set; }

    public Transfer GetResult(short token)
    {
        var result = _core.GetResult(token);
        _core.Reset();
        return result;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Starts the operation that is set up.</summary>
    protected ValueTask<Transfer> Start()
    {
        IsPending = true;
        try
        {
            if (Begin())
                return new ValueTask<Transfer>(this, _core.Version);
        }
        catch (ObjectDisposedException)
        {
            IsPending = false;
            return new ValueTask<Transfer>(new Transfer(0, SocketError.OperationAborted));
        }

        IsPending = false;
        return new ValueTask<Transfer>(Finish(inline: true));
    }

    /// <summary>The connection is being closed here: whatever the operation gives from now on, it was aborted.</summary>
    public void Abort() => _aborted = true;

    protected sealed override void OnCompleted(SocketAsyncEventArgs e)
    {
        IsPending = false;
        _core.SetResult(_aborted ? new Transfer(0, SocketError.OperationAborted) : Finish(inline: false));
    }

    /// <summary>Hands the operation to the socket; false when it completed at once.</summary>
    protected abstract bool Begin();

    /// <summary>The socket is through: the outcome.</summary>
    /// <param name="inline">Whether it was through at once.</param>
    protected abstract Transfer Finish(bool inline);
}
