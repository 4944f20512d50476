using System.Diagnostics.Metrics;

namespace RxGlisten;

/// <summary>
/// The counters of a listener, in the meter "RxGlisten". Who listens to them is user code, called inside: never under a lock, and what it throws goes no
/// further, for what counts here are closes and accepts that must not end of it.
/// </summary>
internal sealed class ServerMetrics
{
    private static readonly Meter s_meter = new("RxGlisten");

    private readonly Counter<long> _accepted;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _acceptErrors;
    private readonly Counter<long> _failedHandshakes;
    private readonly Counter<long> _ignoredSends;
    private readonly Counter<long> _droppedMessages;
    private readonly Counter<long> _droppedUserMessages;
    private readonly Counter<long> _blockedCallbacks;

    public ServerMetrics(IMeterFactory? factory)
    {
        var meter = MeterOf(factory);
        _accepted = meter.CreateCounter<long>("rxglisten.connections.accepted", "{connection}", "Connections accepted.");
        _closed = meter.CreateCounter<long>("rxglisten.connections.closed", "{connection}", "Connections closed, by kind.");
        _rejected = meter.CreateCounter<long>("rxglisten.connections.rejected", "{connection}", "Connections closed at the limit.");
        _acceptErrors = meter.CreateCounter<long>("rxglisten.accept.errors", "{error}", "Accepts that failed, by error.");
        _failedHandshakes = meter.CreateCounter<long>("rxglisten.tls.handshakes.failed", "{handshake}", "TLS handshakes that failed, by the kind of end.");
        _ignoredSends = meter.CreateCounter<long>("rxglisten.outbound.ignored", "{message}", "Messages sent after the close.");
        _droppedMessages = meter.CreateCounter<long>("rxglisten.outbound.dropped", "{message}", "Messages dropped for slow consumers.");
        _droppedUserMessages = meter.CreateCounter<long>("rxglisten.handler.dropped", "{message}", "User messages dropped for slow handlers.");
        _blockedCallbacks = meter.CreateCounter<long>("rxglisten.callbacks.blocked", "{callback}", "Callbacks that blocked an event loop.");
    }

    /// <summary>The meter that everything counts in.</summary>
    public static Meter MeterOf(IMeterFactory? factory) => factory?.Create("RxGlisten") ?? s_meter;

    /// <summary>A connection was accepted.</summary>
    public void Accepted() => Add(_accepted);

    /// <summary>A connection ended.</summary>
    public void Closed(CloseKind kind)
    {
        if (_closed.Enabled)
            Add(_closed, 1, new KeyValuePair<string, object?>("kind", kind.ToString()));
    }

    /// <summary>A connection was turned away at the limit.</summary>
    public void Rejected() => Add(_rejected);

    /// <summary>An accept failed.</summary>
    public void AcceptFailed(AcceptError error)
    {
        if (_acceptErrors.Enabled)
            Add(_acceptErrors, 1, new KeyValuePair<string, object?>("error", error.Error.ToString()));
    }

    /// <summary>A TLS handshake failed; its connection counts as accepted and as closed, too.</summary>
    public void HandshakeFailed(CloseKind kind)
    {
        if (_failedHandshakes.Enabled)
            _failedHandshakes.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));
    }

    /// <summary>A message was sent after the close.</summary>
    public void SendIgnored() => Add(_ignoredSends);

    /// <summary>Messages were dropped.</summary>
    public void MessagesDropped(int count) => Add(_droppedMessages, count);

    /// <summary>A user message was dropped.</summary>
    public void UserMessageDropped() => Add(_droppedUserMessages);

    /// <summary>A callback blocked an event loop.</summary>
    public void CallbackBlocked() => Add(_blockedCallbacks);

    private static void Add(Counter<long> counter, long count = 1, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(count, tags);
        }
        catch (Exception)
        {
            // There is nowhere to tell it.
        }
    }
}
