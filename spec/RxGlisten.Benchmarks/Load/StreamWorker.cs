namespace RxGlisten.Benchmarks.Load;

internal sealed class StreamWorker(LoadOptions options, LoadWindow window, Pattern pattern, int number)
    : LoadWorker(options, window, pattern, number)
{
    protected override void OnStart(LoadConnection connection) => WatchWritable(connection, true);

    protected override void OnEvent(LoadConnection connection, uint ready)
    {
        if ((ready & ~Epoll.Out) != 0)
        {
            if (!Receive(connection, out int count)) return;
            if (count > 0 && Window.Measuring) Messages++;
        }
        // One write an event: the connections take turns.
        if (connection.Queued == connection.Sent && connection.InFlight + Options.MessageBytes <= Options.WindowBytes)
            connection.QueueBytes(Options.MessageBytes);
        if (connection.Send(Pattern) is { } fault)
        {
            Fail(connection, fault);
            return;
        }
        // With room left it wants the next event at once, unless the socket is full, in which case it wants to hear when it is not.
        bool room = connection.Sent < connection.Queued || connection.InFlight + Options.MessageBytes <= Options.WindowBytes;
        WatchWritable(connection, room);
    }
}
