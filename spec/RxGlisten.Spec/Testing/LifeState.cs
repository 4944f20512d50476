namespace RxGlisten.Spec.Testing;

/// <summary>Where a connection is in its life when something happens to it.</summary>
public enum LifeState
{
    Unsubscribed,
    Reading,
    Delivering,
    OnHold,
    SendBlocked,
    HalfOpen,
    Lingering,
}
