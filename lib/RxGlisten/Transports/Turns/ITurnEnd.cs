using System.Net.Sockets;

namespace RxGlisten;

/// <summary>One end of a connection inside the process, as the operations that wait at it see it.</summary>
internal interface ITurnEnd
{
    /// <summary>Where what waited is completed.</summary>
    SchedulerExecutor Queue { get; }

    /// <summary>Guards the end, and what waits at it.</summary>
    Lock Gate { get; }

    /// <summary>The hang-up that neither a receive nor the watcher has been told; null without one. Under the lock.</summary>
    SocketError? UnreportedHangUp { get; }

    /// <summary>Receives from an end that is readable; it stays so until this has been called, so there is always an outcome. Without the lock.</summary>
    Transfer Receive(IReceiveBuffer buffer);

    /// <summary>Sends what fits. Under the lock.</summary>
    Transfer Send(ReadOnlySpan<byte> data);

    /// <summary>A hang-up is no longer unreported. Under the lock.</summary>
    void OnReported(SocketError error);
}
