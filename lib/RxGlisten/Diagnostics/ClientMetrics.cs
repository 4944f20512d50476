using System.Diagnostics.Metrics;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>The counters of a client, in the meter "RxGlisten".</summary>
internal sealed class ClientMetrics
{
    private readonly QuietCounter _connected;
    private readonly QuietCounter _closed;
    private readonly QuietCounter _errors;

    public ClientMetrics(IMeterFactory? factory)
    {
        var meter = ServerMetrics.MeterOf(factory);
        _connected = new(meter, "rxglisten.client.connected", "{connection}", "Connections that a client made.");
        _closed = new(meter, "rxglisten.client.closed", "{connection}", "Connections of a client that closed, by kind.");
        _errors = new(meter, "rxglisten.client.errors", "{error}", "Connects that failed, by error.");
    }

    /// <summary>A connection was made.</summary>
    public void Connected() => _connected.Add();

    /// <summary>A connection ended.</summary>
    public void Closed(CloseKind kind) => _closed.Add("kind", kind);

    /// <summary>Connecting failed.</summary>
    public void ConnectFailed(SocketError error) => _errors.Add("error", error);
}
