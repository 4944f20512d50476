using System.Collections.Concurrent;

namespace RxGlisten;

/// <summary>
/// Looks once a second after the connections that nobody receives from: the portable sockets tell of a reset only to who receives or sends.
/// Connections that are being read cost a look at a flag.
/// </summary>
internal static class HangUpSweep
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);
    private static readonly ConcurrentDictionary<SocketConnection, bool> s_watched = new();
    private static readonly Timer s_timer = new(static _ => Sweep());
    private static int s_running;

    /// <summary>Looks after a connection from now on.</summary>
    public static void Add(SocketConnection connection)
    {
        s_watched.TryAdd(connection, true);
        if (Volatile.Read(ref s_running) == 0 && Interlocked.Exchange(ref s_running, 1) == 0)
            s_timer.Change(s_period, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Looks after it no more.</summary>
    public static void Remove(SocketConnection connection) => s_watched.TryRemove(connection, out _);

    private static void Sweep()
    {
        foreach (var (connection, _) in s_watched)
        {
            if (!connection.LookForHangUp())
                Remove(connection);
        }

        // One timer at a time, and none without connections: who adds one after this look starts it again.
        Volatile.Write(ref s_running, 0);
        if (!s_watched.IsEmpty && Interlocked.Exchange(ref s_running, 1) == 0)
            s_timer.Change(s_period, Timeout.InfiniteTimeSpan);
    }
}
