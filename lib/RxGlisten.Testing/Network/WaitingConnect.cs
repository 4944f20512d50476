using System.Net.Sockets;

namespace RxGlisten.Testing;

/// <summary>
/// A program connects: the server has the connection when the link's latency is over, and the program when it is over once more. As a work item it is
/// the end of that wait, by the server's answer or by the cancellation. Guarded by the network's lock.
/// </summary>
internal sealed class WaitingConnect : TurnOperation<ConnectResult>
{
    private readonly SimulatedNetwork _network;
    private readonly LinkSettings _link;
    private readonly ConnectedEnd _client;
    private readonly ServerEnd _server;
    private CancellationTokenRegistration _registration;
    private SocketError? _result;
    private bool _reachedServer;

    public WaitingConnect(SimulatedNetwork network, LinkSettings link, ConnectedEnd client, ServerEnd server)
        : base(network.Queue) => (_network, _link, _client, _server) = (network, link, client, server);

    public ValueTask<ConnectResult> Wait() => Begin();

    public void CancelWith(CancellationToken cancellation) =>
        _registration = cancellation.UnsafeRegister(static self => ((WaitingConnect)self!).End(SocketError.OperationAborted), this);

    /// <summary>The server has it, or refuses it; the answer is on its way.</summary>
    public void Reach(bool accepted)
    {
        _reachedServer = accepted;
        _network.After(_link.Latency, new Turn(() => End(accepted ? SocketError.Success : SocketError.ConnectionRefused)));
    }

    /// <summary>Whether it was cancelled before the server saw it.</summary>
    public bool IsOver => _result is not null;

    public override void Execute()
    {
        var result = _result!.Value; // it is decided before this is posted, and once
        _registration.Unregister();
        Complete(new ConnectResult(result == SocketError.Success ? _client : null, result));
    }

    private void End(SocketError result)
    {
        lock (_network.Gate)
        {
            if (_result is not null)
                return;
            _result = result;
            if (result == SocketError.ConnectionRefused)
                _network.Note(_client.Number, TraceDirection.ToClient, TraceKind.Refused);
            if (result != SocketError.Success)
                GiveUp();
        }

        _network.Queue.Post(this);
    }

    private void GiveUp()
    {
        if (_reachedServer)
        {
            _client.Abort();
            return;
        }

        _client.Abandon();
        _server.Abandon();
    }
}
