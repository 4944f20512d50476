using System.Diagnostics.Metrics;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>The counters of a client, in the meter "RxGlisten".</summary>
internal sealed class ClientMetrics
{
    private readonly Counter<long> _connected;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _errors;

    public ClientMetrics(IMeterFactory? factory)
    {
        var meter = ServerMetrics.MeterOf(factory);
        _connected = meter.CreateCounter<long>("rxglisten.client.connected", "{connection}", "Connections that a client made.");
        _closed = meter.CreateCounter<long>("rxglisten.client.closed", "{connection}", "Connections of a client that closed, by kind.");
        _errors = meter.CreateCounter<long>("rxglisten.client.errors", "{error}", "Connects that failed, by error.");
    }

    /// <summary>A connection was made.</summary>
    public void Connected() => _connected.Add(1);

    /// <summary>A connection ended.</summary>
    public void Closed(CloseKind kind)
    {
        if (_closed.Enabled)
            _closed.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));
    }

    /// <summary>Connecting failed.</summary>
    public void ConnectFailed(SocketError error)
    {
        if (_errors.Enabled)
            _errors.Add(1, new KeyValuePair<string, object?>("error", error.ToString()));
    }
}
