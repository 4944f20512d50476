using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace RxGlisten;

/// <summary>
/// One connect. Its turns may run on several threads at a time, once one of them was held up; a lock of its own, under which nothing blocks, lets
/// one at a time decide.
/// </summary>
internal sealed class EventLoopConnect(EndPoint endpoint, ConnectSettings settings, EventLoop loop) : LoopMember(loop, settings.Blocked), IValueTaskSource<ConnectResult>
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<ConnectResult> _core;
    private CancellationTokenRegistration _cancellation;
    private int _descriptor = -1;
    private bool _waits; // for the descriptor
    private bool _over;

    /// <summary>Connects to an address or a unix socket; to be called and awaited once.</summary>
    public ValueTask<ConnectResult> ConnectAsync(CancellationToken cancellation)
    {
        // Posted as a turn of its own, it could be overtaken by the beginning where a busy machine holds it up.
        if (cancellation.IsCancellationRequested)
            return new ValueTask<ConnectResult>(new ConnectResult(null, SocketError.OperationAborted));
        _cancellation = cancellation.UnsafeRegister(static connect => ((EventLoopConnect)connect!).PostReady(ReadyEvents.Cancelled), this);
        PostReady(ReadyEvents.GoOn);
        return new ValueTask<ConnectResult>(this, _core.Version);
    }

    public ConnectResult GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    protected override bool Handle(ReadyEvents events)
    {
        ConnectResult result;
        lock (_gate)
        {
            if (_over || Step(events) is not { } outcome)
                return false;
            _over = true;
            result = outcome;
        }

        _cancellation.Dispose();
        _core.SetResult(result);
        return true;
    }

    /// <summary>Goes on; null when the answer is still to come. Under the lock.</summary>
    private ConnectResult? Step(ReadyEvents events)
    {
        if ((events & ReadyEvents.Cancelled) != 0)
            return Fail(SocketError.OperationAborted);
        if ((events & ReadyEvents.GoOn) != 0)
            return Begin();
        return Answered(NativeSocket.TakeError(_descriptor));
    }

    private ConnectResult? Begin()
    {
        _descriptor = NativeSocket.Open(endpoint.AddressFamily, settings, out var error);
        if (_descriptor >= 0)
            error = NativeSocket.Connect(_descriptor, endpoint);
        if (error != SocketError.InProgress)
            return Answered(error);
        _waits = Loop.TryAdd(this, _descriptor, ReadyEvents.Output);
        return _waits ? null : Fail(NativeError.ToSocketError(NativeError.Last));
    }

    private ConnectResult Answered(SocketError error)
    {
        if (error != SocketError.Success)
            return Fail(error);
        var local = NativeSocket.LocalEndPoint(_descriptor) ?? endpoint;
        var connection = EventLoopConnection.Open(
            _descriptor, local, new NativeAddress(endpoint), Loop, settings.Blocked, _waits ? this : null, out error);
        return new ConnectResult(connection, error);
    }

    private ConnectResult Fail(SocketError error)
    {
        if (_waits)
            Loop.Remove(this);
        if (_descriptor >= 0)
            NativeSocket.Close(_descriptor);
        return new ConnectResult(null, error);
    }
}
