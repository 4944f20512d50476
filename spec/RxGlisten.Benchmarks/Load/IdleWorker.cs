namespace RxGlisten.Benchmarks.Load;

/// <summary>Two steps that the session calls in turn: all connections, then one message on each.</summary>
internal sealed class IdleWorker(LoadOptions options, LoadWindow window, Pattern pattern)
    : LoadWorker(options with { Threads = 1 }, window, pattern, number: 0)
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(30);

    private int _waiting;

    public int OpenConnections => Connections.Count(connection => connection.Open);

    /// <summary>One message on each connection; returns when all are answered or the time is over.</summary>
    public override void Run()
    {
        foreach (LoadConnection connection in Connections.Where(connection => connection.Open)) OnStart(connection);
        long limit = Clock.Now + (long)AnswerTime.TotalNanoseconds;
        while (_waiting > 0 && Clock.Now < limit)
        {
            int count = Epoll.Wait(milliseconds: 100);
            for (int i = 0; i < count; i++)
            {
                LoadConnection connection = Connections[Epoll.Index(i)];
                if (connection.Open) OnEvent(connection, Epoll.Ready(i));
            }
        }
        Faults[(int)LoadFault.Silent] += _waiting;
    }

    protected override void OnStart(LoadConnection connection)
    {
        connection.Queue(Options.MessageBytes, Clock.Now);
        if (Send(connection)) _waiting++;
    }

    protected override void OnEvent(LoadConnection connection, uint ready)
    {
        if ((ready & Epoll.Out) != 0 && !Send(connection))
        {
            _waiting--;
            return;
        }
        if ((ready & ~Epoll.Out) == 0) return;
        if (!Receive(connection, out int count))
        {
            _waiting--;
            return;
        }
        if (count == 0 || connection.Received < Options.MessageBytes) return;
        Latencies.Add(connection.Answer(Clock.Now));
        Messages++;
        _waiting--;
    }
}
