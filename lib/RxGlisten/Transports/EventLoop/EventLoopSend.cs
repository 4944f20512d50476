using System.Threading.Tasks.Sources;

namespace RxGlisten;

/// <summary>A send that waits for room. Room is told of from the first wait on, and on unix sockets only while one waits.</summary>
internal sealed class EventLoopSend(EventLoopConnection connection) : IValueTaskSource<Transfer>
{
    private ManualResetValueTaskSourceCore<Transfer> _core;
    private Readiness _room;
    private ReadOnlyMemory<byte> _data;
    private int _isTold; // 1 while room is told of

    /// <summary>Sends at least a byte.</summary>
    public ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data)
    {
        _room.Take();
        var sent = connection.TrySend(data.Span);
        if (!sent.Succeeded || sent.Bytes > 0 || data.IsEmpty)
            return new ValueTask<Transfer>(sent);
        _core.Reset();
        var token = _core.Version;
        _data = data;
        Await();
        return new ValueTask<Transfer>(this, token);
    }

    /// <summary>There may be room, or never will be: in a turn.</summary>
    public void OnRoom()
    {
        if (!_room.Signal())
        {
            if (connection.TellsOfRoomUnasked)
                StopTelling();
            return;
        }

        var sent = connection.TrySend(_data.Span);
        if (sent is { Succeeded: true, Bytes: 0 })
        {
            Await();
            return;
        }

        _data = default;
        _core.SetResult(sent);
    }

    public Transfer GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Await()
    {
        // Who closes says so and then looks whether something is outstanding.
        if (_room.Await() || connection.IsClosed)
            connection.PostRoom();
        Tell();
    }

    private void Tell()
    {
        if (Interlocked.Exchange(ref _isTold, 1) == 0)
            connection.TellOfRoom(true);
    }

    private void StopTelling()
    {
        if (Interlocked.Exchange(ref _isTold, 0) == 0)
            return;
        connection.TellOfRoom(false);
        if (_room.IsAwaited)
            Tell(); // it began to wait meanwhile, and its own request may have been the earlier one
    }
}
