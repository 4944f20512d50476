using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Doubles;

/// <summary>A simulated client as a stream, for the framework's own TLS on top of it. A read goes on inside the turn that brings what it waits for.</summary>
internal sealed class SimulatedStream : Stream
{
    private readonly SimulatedClient _client;
    private readonly Queue<ReadOnlyMemory<byte>> _arrived = new();
    private ReadOnlyMemory<byte> _left;
    private TaskCompletionSource? _news;
    private bool _broken;

    public SimulatedStream(SimulatedClient client)
    {
        _client = client;
        client.Events.Subscribe(OnEvent);
    }

    /// <summary>Whether the end was read, with or without a word of TLS before it.</summary>
    public bool IsAtEnd { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        while (_left.IsEmpty && !_arrived.TryDequeue(out _left))
        {
            if (_broken)
                throw new IOException("The connection was reset.");
            if (_client.End == ClientEnd.Fin)
            {
                IsAtEnd = true;
                return 0;
            }

            await (_news = new TaskCompletionSource()).Task.ConfigureAwait(false);
        }

        var count = Math.Min(_left.Length, buffer.Length);
        _left[..count].CopyTo(buffer);
        _left = _left[count..];
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _client.Send(buffer) ? default : throw new IOException("The connection takes nothing any more.");

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void OnEvent(TraceEvent happened)
    {
        if (happened.Kind == TraceKind.Received)
            _arrived.Enqueue(happened.Data);
        else
            _broken |= happened.Kind is TraceKind.ResetReceived or TraceKind.Refused;
        var news = _news;
        _news = null;
        news?.SetResult();
    }
}
