using System.Net;
using System.Net.Sockets;

namespace RxGlisten.Spec.Accepting.Doubles;

internal sealed class ScriptedEndPoint(ITransportExecutor executor) : EndPoint, ITransportEndPoint, ITransport
{
    public List<ScriptedListener> Listeners { get; } = [];

    /// <summary>What binding fails with.</summary>
    public Exception? BindFault { get; set; }

    public ITransport Transport => this;

    public bool UsesDescriptors => true;

    public ITransportExecutor Executor => executor;

    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings)
    {
        if (BindFault is not null) throw BindFault;
        var listener = new ScriptedListener(this, executor);
        Listeners.Add(listener);
        return listener;
    }

    public ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation) =>
        new(new ConnectResult(null, SocketError.ConnectionRefused));

    public override string ToString() => "scripted";
}
