using System.Buffers;
using System.IO.Pipelines;

namespace RxGlisten;

/// <summary>What is sent to a connection as a pipe: what was written since the last flush is one message.</summary>
internal sealed class ConnectionPipeWriter(IOutbound outbound) : PipeWriter
{
    private readonly ArrayBufferWriter<byte> _unflushed = new();
    private readonly Lock _gate = new(); // guards the cancellation
    private CancellationTokenSource? _flushing;
    private bool _isCancelled;
    private bool _isCompleted;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed.WrittenCount;

    public override void Advance(int bytes) => _unflushed.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _unflushed.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _unflushed.GetSpan(sizeHint);

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_isCompleted)
            throw new InvalidOperationException("The writer was completed.");
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_gate)
        {
            if (_isCancelled)
            {
                _isCancelled = false;
                return new FlushResult(isCanceled: true, isCompleted: false);
            }

            _flushing = cancellation;
        }

        try
        {
            await outbound.SendAsync(_unflushed.WrittenMemory, cancellation.Token).ConfigureAwait(false);
            _unflushed.ResetWrittenCount();
            return default;
        }
        catch (ConnectionClosedException)
        {
            _unflushed.ResetWrittenCount();
            return new FlushResult(isCanceled: false, isCompleted: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new FlushResult(isCanceled: true, isCompleted: false); // it was not sent, and the next flush takes it along
        }
        finally
        {
            lock (_gate)
                (_flushing, _isCancelled) = (null, false);
        }
    }

    public override void CancelPendingFlush()
    {
        CancellationTokenSource? flushing;
        lock (_gate)
        {
            _isCancelled = true;
            flushing = _flushing;
        }

        try
        {
            flushing?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The flush ended just now.
        }
    }

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
            return;
        _isCompleted = true;
        if (exception is not null)
        {
            outbound.OnError(exception);
            return;
        }

        outbound.OnNext(_unflushed.WrittenMemory);
        outbound.OnCompleted();
    }
}
