namespace RxGlisten.Benchmarks.Load;

internal sealed class ChurnWorker(LoadOptions options, LoadWindow window, Pattern pattern, int number)
    : LoadWorker(options, window, pattern, number)
{
    private const int MostFaults = 1000;

    private int _left = options.MostConnections / options.Threads;
    private int _faulty;

    public override void Connect()
    {
        // Connecting is what is measured.
    }

    public override void Run()
    {
        foreach (LoadConnection connection in Connections) Next(connection);
        base.Run();
    }

    protected override void OnStart(LoadConnection connection)
    {
    }

    protected override void OnEvent(LoadConnection connection, uint ready)
    {
        if (connection.Connecting)
        {
            if (!Establish(connection))
            {
                Retry(connection);
                return;
            }
            connection.QueueBytes(Options.MessageBytes);
        }
        if (connection.Sent < connection.Queued)
        {
            if (!Send(connection)) Retry(connection);
            return;
        }
        if (!Receive(connection, out _))
        {
            Retry(connection);
            return;
        }
        if (connection.Received < Options.MessageBytes) return;
        if (Window.Measuring)
        {
            Latencies.Add(Clock.Now - connection.Started);
            Messages++;
        }
        connection.Close();
        Next(connection);
    }

    protected override void OnOver()
    {
        if (Messages == 0) Faults[(int)LoadFault.Silent]++;
    }

    private void Retry(LoadConnection connection)
    {
        if (++_faulty < MostFaults) Next(connection);
    }

    private void Next(LoadConnection connection)
    {
        while (_left-- > 0 && _faulty < MostFaults)
        {
            if (Dial(connection)) return;
            _faulty++;
        }
    }
}
