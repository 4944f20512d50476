using System.Runtime.InteropServices;

namespace RxGlisten.Benchmarks.Load;

/// <summary>One thread of the load generator with its share of the connections. What a mode does on an event is its subclass.</summary>
internal abstract unsafe class LoadWorker : ILoadWorker
{
    protected const int BufferBytes = Pattern.LongestSlice;

    private const int MostConnecting = 256;
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(30);

    private readonly Target _target;
    private readonly int _serialStep;
    private long _serial;

    protected LoadWorker(LoadOptions options, LoadWindow window, Pattern pattern, int number)
    {
        Options = options;
        Window = window;
        Pattern = pattern;
        _target = new Target(options.Target);
        _serial = number;
        _serialStep = options.Threads;
        int share = (options.Connections / options.Threads) + (number < options.Connections % options.Threads ? 1 : 0);
        Connections = [.. Enumerable.Range(0, share).Select(index => new LoadConnection(index, options.Pipeline))];
    }

    public LoadOptions Options { get; }
    public LatencyHistogram Latencies { get; } = new();
    public long[] Faults { get; } = new long[Enum.GetValues<LoadFault>().Length];
    public long Messages { get; protected set; }
    public long Bytes { get; protected set; }

    protected LoadWindow Window { get; }
    protected Pattern Pattern { get; }
    protected Epoll Epoll { get; } = new();
    protected byte* Buffer { get; } = (byte*)NativeMemory.Alloc(BufferBytes);
    protected LoadConnection[] Connections { get; }

    /// <summary>Connects before the clock starts.</summary>
    public virtual void Connect() => ConnectAll();

    /// <summary>Loads the server until the window is over.</summary>
    public virtual void Run()
    {
        bool marked = false;
        foreach (LoadConnection connection in Connections.Where(connection => connection.Open)) OnStart(connection);
        while (!Window.Over)
        {
            int count = Epoll.Wait(milliseconds: 20);
            if (!marked && Window.Measuring)
            {
                marked = true;
                foreach (LoadConnection connection in Connections) connection.Mark = connection.Received;
            }
            for (int i = 0; i < count; i++)
            {
                LoadConnection connection = Connections[Epoll.Index(i)];
                if (connection.Descriptor >= 0) OnEvent(connection, Epoll.Ready(i));
            }
        }
        OnOver();
    }

    public void Dispose()
    {
        foreach (LoadConnection connection in Connections) connection.Close();
        Epoll.Dispose();
        NativeMemory.Free(Buffer);
    }

    protected abstract void OnStart(LoadConnection connection);

    protected abstract void OnEvent(LoadConnection connection, uint ready);

    /// <summary>A connection that heard nothing in the whole window lost a message.</summary>
    protected virtual void OnOver()
    {
        foreach (LoadConnection connection in Connections)
            if (connection.Open && connection.Received == connection.Mark && MustHear(connection)) Faults[(int)LoadFault.Silent]++;
    }

    /// <summary>Whether something has to come back on a connection within the window.</summary>
    protected virtual bool MustHear(LoadConnection connection) => true;

    protected void Fail(LoadConnection connection, LoadFault fault)
    {
        Faults[(int)fault]++;
        connection.Close();
    }

    protected bool Dial(LoadConnection connection)
    {
        long serial = _serial;
        _serial += _serialStep;
        int descriptor = _target.Dial(serial, smallBuffer: connection.IsStalled);
        if (descriptor < 0)
        {
            Faults[(int)LoadFault.Connect]++;
            return false;
        }
        connection.Begin(descriptor, serial);
        Epoll.Add(descriptor, Epoll.In | Epoll.Out, connection.Index);
        return true;
    }

    /// <summary>Ends the connecting of one that turned ready.</summary>
    protected bool Establish(LoadConnection connection)
    {
        if (!Target.Connected(connection.Descriptor))
        {
            Fail(connection, LoadFault.Connect);
            return false;
        }
        connection.Established();
        return true;
    }

    protected bool Send(LoadConnection connection)
    {
        if (connection.Send(Pattern) is { } fault)
        {
            Fail(connection, fault);
            return false;
        }
        WatchWritable(connection, connection.Sent < connection.Queued);
        return true;
    }

    protected void WatchWritable(LoadConnection connection, bool wanted)
    {
        if (connection.WantsToWrite == wanted) return;
        connection.WantsToWrite = wanted;
        Epoll.Modify(connection.Descriptor, wanted ? Epoll.In | Epoll.Out : Epoll.In, connection.Index);
    }

    /// <summary>False when the connection failed.</summary>
    protected bool Receive(LoadConnection connection, out int count)
    {
        LoadFault? fault = connection.Receive(Pattern, Buffer, BufferBytes, out count);
        if (fault is not { } kind)
        {
            if (Window.Measuring) Bytes += count;
            return true;
        }
        Fail(connection, kind);
        return false;
    }

    /// <summary>Connects all, a limited number at a time.</summary>
    protected void ConnectAll()
    {
        int next = 0;
        int connecting = 0;
        long limit = Clock.Now + (long)ConnectTime.TotalNanoseconds;
        while ((next < Connections.Length || connecting > 0) && Clock.Now < limit)
        {
            while (next < Connections.Length && connecting < MostConnecting)
                if (Dial(Connections[next++])) connecting++;
            int count = Epoll.Wait(milliseconds: 100);
            for (int i = 0; i < count; i++)
            {
                LoadConnection connection = Connections[Epoll.Index(i)];
                if (!connection.Connecting) continue;
                connecting--;
                if (Establish(connection)) WatchWritable(connection, false);
            }
        }
        foreach (LoadConnection connection in Connections.Where(connection => connection.Connecting)) Fail(connection, LoadFault.Connect);
    }
}
