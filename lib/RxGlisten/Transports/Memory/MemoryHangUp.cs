using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// Tells the watcher of a hang-up that no receive has reported: the FIN and the reset once each, in a turn of the queue. Its state is
/// guarded by its connection's lock.
/// </summary>
internal sealed class MemoryHangUp(MemoryConnection connection, IHangUpWatcher watcher) : IThreadPoolWorkItem
{
    private bool _posted;

    public void Note()
    {
        if (_posted || connection.UnreportedHangUp is null) return;
        _posted = true;
        connection.Network.Post(this);
    }

    public void Execute()
    {
        lock (connection.Gate) _posted = false;
        // A reader that lives on the network's queue has paused or receives again by the time of this turn. One that is not paused will
        // receive and see it there; should it pause after some more bytes, then that receive has noted the hang-up again.
        if (!watcher.IsPaused) return;
        SocketError error;
        lock (connection.Gate)
        {
            if (connection.UnreportedHangUp is not { } unreported) return;
            error = unreported;
            connection.OnReported(error);
        }
        watcher.OnHangUp(error);
    }
}
