using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// Tells the watcher of a hang-up that no receive has reported: the FIN and the reset once each, in a turn of the queue. Its state is
/// guarded by its end's lock.
/// </summary>
internal sealed class TurnHangUp(ITurnEnd end, IHangUpWatcher watcher) : IThreadPoolWorkItem
{
    private bool _posted;

    /// <summary>There may be one to tell.</summary>
    public void Note()
    {
        if (_posted || end.UnreportedHangUp is null) return;
        _posted = true;
        end.Queue.Post(this);
    }

    public void Execute()
    {
        lock (end.Gate) _posted = false;
        // A reader that lives on the queue has paused or receives again by the time of this turn. One that is not paused will
        // receive and see it there; should it pause after some more bytes, then that receive has noted the hang-up again.
        if (!watcher.IsPaused) return;
        SocketError error;
        lock (end.Gate)
        {
            if (end.UnreportedHangUp is not { } unreported) return;
            error = unreported;
            end.OnReported(error);
        }
        watcher.OnHangUp(error);
    }
}
