using System.Net.Sockets;

namespace RxGlisten.Spec.Transports;

/// <summary>A watcher that remembers what it was told.</summary>
public sealed class TestWatcher : IHangUpWatcher
{
    private readonly TaskCompletionSource<SocketError> _reset = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _fin = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isPaused = true;
    private int _fins;
    private int _resets;

    public bool IsPaused { get => _isPaused; set => _isPaused = value; }

    /// <summary>Completes with the error when the peer has reset the connection.</summary>
    public Task<SocketError> Reset => _reset.Task;

    /// <summary>Completes when the peer has sent FIN.</summary>
    public Task Fin => _fin.Task;

    public int Fins => Volatile.Read(ref _fins);

    public int Resets => Volatile.Read(ref _resets);

    public void OnHangUp(SocketError error)
    {
        if (error == SocketError.Success)
        {
            Interlocked.Increment(ref _fins);
            _fin.TrySetResult();
        }
        else
        {
            Interlocked.Increment(ref _resets);
            _reset.TrySetResult(error);
        }
    }
}
