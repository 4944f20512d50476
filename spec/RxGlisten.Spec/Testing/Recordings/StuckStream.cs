namespace RxGlisten.Spec.Testing.Recordings;

/// <summary>A disk that does nothing until it is freed, and may fail then.</summary>
internal sealed class StuckStream : MemoryStream
{
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Free(Exception? error = null)
    {
        if (error is null)
            _freed.SetResult();
        else
            _freed.SetException(error);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _freed.Task;
        await base.WriteAsync(buffer, cancellationToken);
    }
}
