using System.Net.Sockets;
using System.Reactive.Subjects;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Marbles;

/// <summary>The client's end of a connection in memory, for scripts.</summary>
internal sealed class TransportMarbleClient : IMarbleClient, IReceiveBuffer
{
    private readonly ITransportConnection _connection;
    private readonly Subject<ReadOnlyMemory<byte>> _received = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private bool _reads = true;
    private Task _reading;

    public TransportMarbleClient(ITransportConnection connection)
    {
        _connection = connection;
        _reading = ReadAsync();
    }

    public IObservable<ReadOnlyMemory<byte>> Received => _received;

    public void Send(ReadOnlyMemory<byte> data)
    {
        if (_connection.TrySend(data.Span).Bytes != data.Length)
            throw new InvalidOperationException("The network has no room for what the script sends.");
    }

    public void Finish() => _connection.ShutdownSending();

    public void Reset() => _connection.Abort();

    public void StopReading() => _reads = false;

    public void ResumeReading()
    {
        _reads = true;
        if (_reading.IsCompleted)
            _reading = ReadAsync();
    }

    public Memory<byte> GetMemory(int available) => _buffer;

    private async Task ReadAsync()
    {
        while (_reads)
        {
            var received = await _connection.ReceiveAsync(this).ConfigureAwait(false);
            if (received.Error == SocketError.OperationAborted)
                return;
            if (!received.Succeeded)
                _received.OnError(new SocketException((int)received.Error));
            else if (received.Bytes == 0)
                _received.OnCompleted();
            else
                _received.OnNext(_buffer.AsMemory(0, received.Bytes).ToArray());
            if (!received.Succeeded || received.Bytes == 0)
                return;
        }
    }
}
