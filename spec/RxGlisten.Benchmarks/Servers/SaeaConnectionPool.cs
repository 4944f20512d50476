using System.Collections.Concurrent;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>Arguments of connections that ended, for those that come.</summary>
internal sealed class SaeaConnectionPool(bool zeroByteReceive)
{
    private const int MostKept = 1024;

    private readonly ConcurrentQueue<SaeaConnection> _free = new();

    public SaeaConnection Rent() =>
        _free.TryDequeue(out SaeaConnection? connection) ? connection : new SaeaConnection(this, zeroByteReceive);

    public void Return(SaeaConnection connection)
    {
        if (_free.Count < MostKept) _free.Enqueue(connection);
        else connection.Dispose();
    }
}
