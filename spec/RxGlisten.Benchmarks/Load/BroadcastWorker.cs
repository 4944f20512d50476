namespace RxGlisten.Benchmarks.Load;

/// <summary>
/// One connection speaks and all hear it. It speaks again when everybody has heard, but for those that are stalled: they never read, are to be cut for it, and
/// come back, so that there are as many of them all the time. A connection has joined when it was greeted with a byte.
/// </summary>
internal sealed unsafe class BroadcastWorker : LoadWorker
{
    private static readonly TimeSpan GreetingTime = TimeSpan.FromSeconds(30);

    private int _waiting; // who has not been greeted, and then who has not heard

    public BroadcastWorker(LoadOptions options, LoadWindow window, Pattern pattern)
        : base(options with { Threads = 1 }, window, pattern, number: 0)
    {
        foreach (LoadConnection connection in Connections) connection.IsStalled = connection != Speaker && connection.Index <= options.Stalled;
    }

    private LoadConnection Speaker => Connections[0];

    public override void Connect()
    {
        base.Connect();
        _waiting = Connections.Count(connection => connection.Open);
        long limit = Clock.Now + (long)GreetingTime.TotalNanoseconds;
        while (_waiting > 0 && Clock.Now < limit)
        {
            int count = Epoll.Wait(milliseconds: 100);
            for (int i = 0; i < count; i++) TakeGreeting(Connections[Epoll.Index(i)]);
        }
        Faults[(int)LoadFault.Connect] += _waiting;
    }

    protected override void OnStart(LoadConnection connection)
    {
        if (connection == Speaker) Speak();
    }

    protected override void OnEvent(LoadConnection connection, uint ready)
    {
        if (connection.IsStalled)
        {
            OnStalled(connection);
            return;
        }
        if ((ready & Epoll.Out) != 0 && !Send(connection)) return;
        if ((ready & ~Epoll.Out) == 0 || !Receive(connection, out int count) || count == 0 || connection.Received < Speaker.Queued) return;
        if (Window.Measuring)
        {
            Latencies.Add(Clock.Now - Speaker.Started);
            Messages++;
        }
        if (--_waiting == 0) Speak();
    }

    protected override void OnOver()
    {
        foreach (LoadConnection connection in Connections)
        {
            if (connection.IsStalled && connection.Cuts == 0) Faults[(int)LoadFault.Uncut]++;
            if (connection.Open && !connection.IsStalled && connection.Received == connection.Mark) Faults[(int)LoadFault.Silent]++;
        }
    }

    /// <summary>It is connected again; or, as nothing else is watched, it was cut.</summary>
    private void OnStalled(LoadConnection connection)
    {
        if (connection.Connecting)
        {
            if (Establish(connection)) Epoll.Modify(connection.Descriptor, 0, connection.Index);
            return;
        }
        connection.Cuts++;
        connection.Close();
        Dial(connection);
    }

    private void TakeGreeting(LoadConnection connection)
    {
        if (Native.Receive(connection.Descriptor, Buffer, 1, 0) != 1) return;
        _waiting--;
        connection.Hear(Speaker);
        if (connection.IsStalled) Epoll.Modify(connection.Descriptor, 0, connection.Index);
    }

    private void Speak()
    {
        _waiting = Connections.Count(connection => connection.Open && !connection.IsStalled);
        Speaker.Speak(Options.MessageBytes, Clock.Now);
        Send(Speaker);
    }
}
