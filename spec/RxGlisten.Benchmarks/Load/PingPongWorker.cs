namespace RxGlisten.Benchmarks.Load;

internal sealed class PingPongWorker(LoadOptions options, LoadWindow window, Pattern pattern, int number)
    : LoadWorker(options, window, pattern, number)
{
    protected override void OnStart(LoadConnection connection)
    {
        long now = Clock.Now;
        for (int i = 0; i < Options.Pipeline; i++) connection.Queue(Options.MessageBytes, now);
        Send(connection);
    }

    protected override void OnEvent(LoadConnection connection, uint ready)
    {
        if ((ready & Epoll.Out) != 0 && !Send(connection)) return;
        if ((ready & ~Epoll.Out) == 0 || !Receive(connection, out int count) || count == 0) return;
        long answered = connection.Received / Options.MessageBytes;
        if (answered == connection.Answered) return;
        bool measuring = Window.Measuring && !IsBlocked(connection);
        long now = Clock.Now;
        if (measuring) Messages += answered - connection.Answered;
        while (connection.Answered < answered)
        {
            long latency = connection.Answer(now);
            connection.Queue(Options.MessageBytes, now);
            if (measuring) Latencies.Add(latency);
        }
        Send(connection);
    }

    protected override bool MustHear(LoadConnection connection) => !IsBlocked(connection);

    private bool IsBlocked(LoadConnection connection) => connection.Index < Options.Blocked;
}
