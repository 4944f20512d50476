using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace RxGlisten;

/// <summary>One connect. Everything about it happens in turns of its loop, so the answer and a cancellation never meet.</summary>
internal sealed class EventLoopConnect(EndPoint endpoint, ConnectSettings settings, EventLoop loop) : LoopMember(loop, settings.Blocked), IValueTaskSource<ConnectResult>
{
    private ManualResetValueTaskSourceCore<ConnectResult> _core;
    private CancellationTokenRegistration _cancellation;
    private int _descriptor = -1;
    private bool _waits; // for the descriptor
    private bool _over;

    /// <summary>Connects to an address or a unix socket; to be called and awaited once.</summary>
    public ValueTask<ConnectResult> ConnectAsync(CancellationToken cancellation)
    {
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
        if (_over)
            return false;
        if ((events & ReadyEvents.Cancelled) != 0)
            Fail(SocketError.OperationAborted);
        else if ((events & ReadyEvents.GoOn) != 0)
            Begin();
        else
            Answered(NativeSocket.TakeError(_descriptor));
        return true;
    }

    private void Begin()
    {
        _descriptor = NativeSocket.Open(endpoint.AddressFamily, settings, out var error);
        if (_descriptor >= 0)
            error = NativeSocket.Connect(_descriptor, endpoint);
        if (error != SocketError.InProgress)
        {
            Answered(error);
            return;
        }

        _waits = Loop.TryAdd(this, _descriptor, ReadyEvents.Output);
        if (!_waits)
            Fail(NativeError.ToSocketError(NativeError.Last));
    }

    private void Answered(SocketError error)
    {
        if (error != SocketError.Success)
        {
            Fail(error);
            return;
        }

        var local = NativeSocket.LocalEndPoint(_descriptor) ?? endpoint;
        var connection = EventLoopConnection.Open(
            _descriptor, local, new NativeAddress(endpoint), Loop, settings.Blocked, _waits ? this : null, out error);
        Complete(new ConnectResult(connection, error));
    }

    private void Fail(SocketError error)
    {
        if (_waits)
            Loop.Remove(this);
        if (_descriptor >= 0)
            NativeSocket.Close(_descriptor);
        Complete(new ConnectResult(null, error));
    }

    private void Complete(ConnectResult result)
    {
        _over = true;
        _cancellation.Dispose();
        _core.SetResult(result);
    }
}
