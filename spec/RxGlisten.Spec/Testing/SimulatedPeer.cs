using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using RxGlisten.Spec.Transports;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>A simulated client as the transport contract wants it: it reads only when it is asked to.</summary>
public sealed class SimulatedPeer : ITestPeer
{
    private readonly SimulatedClient _client;
    private readonly Channel<TraceEvent> _events = Channel.CreateUnbounded<TraceEvent>();
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReadOnlyMemory<byte> _left;

    private SimulatedPeer(SimulatedClient client)
    {
        _client = client;
        _client.StopReading();
        _client.Events.Subscribe(happened =>
        {
            if (happened.Kind == TraceKind.Refused)
                _refused.TrySetResult();
            _events.Writer.TryWrite(happened);
        });
    }

    public EndPoint LocalEndPoint => _client.LocalEndPoint;

    public static async Task<SimulatedPeer> ConnectAsync(SimulatedNetwork network, EndPoint endpoint)
    {
        var peer = new SimulatedPeer(network.Connect(endpoint));
        if (await Task.WhenAny(peer._refused.Task, Task.Delay(20)) == peer._refused.Task)
            throw new SocketException((int)SocketError.ConnectionRefused);
        return peer;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (!_client.Send(bytes))
            throw new SocketException((int)SocketError.ConnectionReset);
        while (_client.UnsentBytes > 0)
            await Task.Delay(1);
    }

    public async Task<Received> ReceiveAsync(int most = 64 * 1024)
    {
        if (_left.IsEmpty)
        {
            _client.ResumeReading();
            var happened = await _events.Reader.ReadAsync();
            _client.StopReading();
            if (happened.Kind == TraceKind.ResetReceived)
                return new Received([], SocketError.ConnectionReset);
            _left = happened.Data;
        }

        var step = Math.Min(most, _left.Length);
        var taken = _left[..step].ToArray();
        _left = _left[step..];
        return new Received(taken, SocketError.Success);
    }

    public void FinishSending() => _client.Finish();

    public void Reset() => _client.Reset();

    public void Close() => _client.Close();

    public void Dispose() => _client.Reset();
}
