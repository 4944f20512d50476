using System.Net.Sockets;

namespace RxGlisten.Spec.Transports.Tls.Doubles;

/// <summary>A peer as a stream, for the framework's own TLS on top of it.</summary>
internal sealed class PeerStream(ITestPeer peer) : Stream
{
    private ReadOnlyMemory<byte> _left; // a peer may give more than was asked for

    /// <summary>Whether the FIN was read.</summary>
    public bool SawFin { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        if (_left.IsEmpty)
        {
            var received = await peer.ReceiveAsync(buffer.Length).ConfigureAwait(false);
            if (received.IsError)
                throw new IOException("The peer's connection failed.", new SocketException((int)received.Error));
            SawFin |= received.IsFin;
            _left = received.Bytes;
        }

        var count = Math.Min(_left.Length, buffer.Length);
        _left[..count].CopyTo(buffer);
        _left = _left[count..];
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => new(peer.SendAsync(buffer));

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
