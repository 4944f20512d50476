using System.Net.Sockets;

namespace RxGlisten.Spec.Transports.Tls.Doubles;

/// <summary>A peer as a stream, for the framework's own TLS on top of it.</summary>
internal sealed class PeerStream(ITestPeer peer) : Stream
{
    private readonly SemaphoreSlim _use = new(1);
    private ReadOnlyMemory<byte> _left; // a peer may give more than was asked for
    private bool _isReading;            // for who took the use, and gives it up while there is nothing to read

    /// <summary>Whether the FIN was read.</summary>
    public bool SawFin { get; private set; }

    /// <summary>
    /// Reads with the TLS to itself, but while it waits for the peer. The shutdown of <see cref="System.Net.Security.SslStream"/> calls OpenSSL without a lock, and looks for the
    /// peer's answer among what is there: beside a read that decrypts it breaks the stream.
    /// </summary>
    public async Task<int> ReadAloneAsync(Func<ValueTask<int>> read)
    {
        await _use.WaitAsync().ConfigureAwait(false);
        _isReading = true;
        try
        {
            return await read().ConfigureAwait(false);
        }
        finally
        {
            _isReading = false;
            _use.Release();
        }
    }

    /// <summary>Does something else with the TLS to itself.</summary>
    public async Task UseAloneAsync(Func<Task> use)
    {
        await _use.WaitAsync().ConfigureAwait(false);
        try
        {
            await use().ConfigureAwait(false);
        }
        finally
        {
            _use.Release();
        }
    }

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
            var gives = _isReading;
            if (gives)
                _use.Release();
            Received received;
            try
            {
                received = await peer.ReceiveAsync(buffer.Length).ConfigureAwait(false);
            }
            finally
            {
                if (gives)
                    await _use.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            }

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
