using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace RxGlisten;

/// <summary>
/// The network as <see cref="System.Net.Security.SslStream"/> sees it. In the handshake a read receives, and goes on aside where that is given. After it a read only takes
/// what the reader of the connection has received: one that finds nothing waits to be fed, with no receive outstanding, so that it may be left waiting. Writes are taken at
/// once. It never throws: an error is kept for the owner, and looks like the end here.
/// </summary>
internal sealed class CipherStream(ITransportConnection inner, CipherInbox inbox, CipherOutbox outbox, ITransportExecutor? aside) : Stream, IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _core;
    private Memory<byte> _target;
    private bool _waits;
    private bool _ended;

    /// <summary>Whether the handshake is over, so that reads wait to be fed.</summary>
    public bool IsFed { get; set; }

    /// <summary>What a receive of the handshake ended with; null while none did.</summary>
    public Transfer? HandshakeEnd { get; private set; }

    /// <summary>Whether the handshake received anything.</summary>
    public bool HasReceived { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Ends the wait of a read, if there is one, with the record that has come.</summary>
    public void Feed()
    {
        if (!_waits)
            return;
        _waits = false;
        _core.SetResult(Take(_target));
    }

    /// <summary>Nothing will come any more: a read that waits, and every later one, sees the end.</summary>
    public void End()
    {
        _ended = true;
        Feed();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_ended)
            return new(0);
        if (!IsFed)
            return inbox.HasSome ? new(Take(buffer)) : ReceiveAsync(buffer);
        if (inbox.HasRecord)
            return new(Take(buffer));
        _target = buffer;
        _waits = true;
        _core.Reset();
        return new(this, _core.Version);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (outbox.Gate)
            outbox.Write(buffer);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return default;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Reads may wait, and here nothing blocks.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    // A read for nothing asks whether there is something.
    private int Take(Memory<byte> target) => _ended || target.IsEmpty ? 0 : inbox.Take(target.Span);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Memory<byte> target)
    {
        while (!inbox.HasSome && !_ended)
        {
            var received = await inner.ReceiveAsync(inbox).ConfigureAwait(false);
            if (aside is not null)
                await new MoveTo(aside);
            if (received.Bytes == 0)
            {
                HandshakeEnd = received;
                return 0;
            }

            HasReceived = true;
            inbox.Add(received.Bytes);
        }

        return Take(target);
    }
}
