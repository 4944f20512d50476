using System.Diagnostics.Metrics;

namespace RxGlisten;

/// <summary>The counters of a listener, in the meter "RxGlisten".</summary>
internal sealed class ServerMetrics
{
    private static readonly Meter s_meter = new("RxGlisten");

    private readonly QuietCounter _accepted;
    private readonly QuietCounter _closed;
    private readonly QuietCounter _rejected;
    private readonly QuietCounter _acceptErrors;
    private readonly QuietCounter _failedHandshakes;
    private readonly QuietCounter _ignoredSends;
    private readonly QuietCounter _droppedMessages;
    private readonly QuietCounter _droppedUserMessages;
    private readonly QuietCounter _blockedCallbacks;

    public ServerMetrics(IMeterFactory? factory)
    {
        var meter = MeterOf(factory);
        _accepted = new(meter, "rxglisten.connections.accepted", "{connection}", "Connections accepted.");
        _closed = new(meter, "rxglisten.connections.closed", "{connection}", "Connections closed, by kind.");
        _rejected = new(meter, "rxglisten.connections.rejected", "{connection}", "Connections closed at the limit.");
        _acceptErrors = new(meter, "rxglisten.accept.errors", "{error}", "Accepts that failed, by error.");
        _failedHandshakes = new(meter, "rxglisten.tls.handshakes.failed", "{handshake}", "TLS handshakes that failed, by the kind of end.");
        _ignoredSends = new(meter, "rxglisten.outbound.ignored", "{message}", "Messages sent after the close.");
        _droppedMessages = new(meter, "rxglisten.outbound.dropped", "{message}", "Messages dropped for slow consumers.");
        _droppedUserMessages = new(meter, "rxglisten.handler.dropped", "{message}", "User messages dropped for slow handlers.");
        _blockedCallbacks = new(meter, "rxglisten.callbacks.blocked", "{callback}", "Callbacks that blocked an event loop.");
    }

    /// <summary>The meter that everything counts in.</summary>
    public static Meter MeterOf(IMeterFactory? factory) => factory?.Create("RxGlisten") ?? s_meter;

    /// <summary>A connection was accepted.</summary>
    public void Accepted() => _accepted.Add();

    /// <summary>A connection ended.</summary>
    public void Closed(CloseKind kind) => _closed.Add("kind", kind);

    /// <summary>A connection was turned away at the limit.</summary>
    public void Rejected() => _rejected.Add();

    /// <summary>An accept failed.</summary>
    public void AcceptFailed(AcceptError error) => _acceptErrors.Add("error", error.Error);

    /// <summary>A TLS handshake failed; its connection counts as accepted and as closed, too.</summary>
    public void HandshakeFailed(CloseKind kind) => _failedHandshakes.Add("kind", kind);

    /// <summary>A message was sent after the close.</summary>
    public void SendIgnored() => _ignoredSends.Add();

    /// <summary>Messages were dropped.</summary>
    public void MessagesDropped(int count) => _droppedMessages.Add(count);

    /// <summary>A user message was dropped.</summary>
    public void UserMessageDropped() => _droppedUserMessages.Add();

    /// <summary>A callback blocked an event loop.</summary>
    public void CallbackBlocked() => _blockedCallbacks.Add();
}
