using System.Net.Sockets;
using System.Reactive.Disposables;
using System.Runtime.CompilerServices;

namespace RxGlisten.Sockets;

/// <summary>The sending side of a socket: one send at a time, each to its end, or to that of the connection.</summary>
internal sealed class SocketSender(ITransportConnection transport, SocketLife life, Clock clock, TimeSpan timeout)
{
    private static readonly CloseReason s_finished = new(CloseKind.LocalClosed, "Sending was shut down.", null);

    private int _sending;
    private volatile bool _finished;
    private long _progress; // when the transport last took something, in ticks

    /// <summary>Sends all of it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        if (Interlocked.Exchange(ref _sending, 1) != 0)
            throw new InvalidOperationException("A send is under way already; await it before the next.");
        using var timer = new SerialDisposable();
        try
        {
            while (!data.IsEmpty)
            {
                if (_finished)
                    throw new ConnectionClosedException(s_finished);
                var sent = transport.TrySend(data.Span);
                if (sent.Succeeded && sent.Bytes == 0)
                {
                    OnProgress(timer);
                    sent = await transport.SendAsync(data).ConfigureAwait(false);
                }

                data = data[Taken(sent)..];
            }

            // What is encrypted is not on its way yet: a close that follows would lose it.
            while (transport is TlsConnection { HasUnsent: true })
            {
                OnProgress(timer);
                Taken(await transport.SendAsync(default).ConfigureAwait(false));
            }
        }
        finally
        {
            Volatile.Write(ref _sending, 0);
        }
    }

    /// <summary>Sends FIN after all that was sent.</summary>
    public void Finish()
    {
        _finished = true;
        var error = life.FinishSending();
        if (error is not (SocketError.Success or SocketError.WouldBlock or SocketError.NotConnected)) // FIN follows by itself; or the peer has finished and gone, and there is nobody to tell
            throw new ConnectionClosedException(life.ToReason(error));
    }

    private int Taken(Transfer sent) => sent.Succeeded ? sent.Bytes : throw new ConnectionClosedException(life.ToReason(sent.Error));

    private void OnProgress(SerialDisposable timer)
    {
        // One timer a send: it looks at the progress when it fires.
        Volatile.Write(ref _progress, clock.Now.Ticks);
        if (timer.Disposable is null)
            Watch(timer, timeout);
    }

    private void Watch(SerialDisposable timer, TimeSpan due)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return;
        // In its place before it can fire, so that the next is not replaced by it.
        var next = new SingleAssignmentDisposable();
        timer.Disposable = next;
        next.Disposable = clock.After(due, transport.Executor, new Turn(() =>
        {
            var rest = new TimeSpan(Volatile.Read(ref _progress)) + timeout - clock.Now;
            if (rest > TimeSpan.Zero)
                Watch(timer, rest);
            else if (!timer.IsDisposed)
                life.Abort(new CloseReason(CloseKind.SendTimeout, $"Sending made no progress for {timeout}.", null));
        }));
    }
}
