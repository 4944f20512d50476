namespace RxGlisten.Spec.Testing;

/// <summary>What happens to a connection.</summary>
public enum LifeEvent
{
    PeerFin,
    PeerReset,
    OwnCompletion,
    Abort,
    Dispose,
    Throw,
    Idle,
    SendTimeout,
    DrainDeadline,
    LateRelease,
}
