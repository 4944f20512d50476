namespace RxGlisten;

/// <summary>What an acceptor does after an accept failed.</summary>
public enum AcceptResponse
{
    /// <summary>It accepts again at once: the error was one client's.</summary>
    Retry,

    /// <summary>It waits before it accepts again: the process or the machine is out of something.</summary>
    BackOff,

    /// <summary>It ends: the listener was closed.</summary>
    Stop,

    /// <summary>It dies and is restarted within the restart budget: the error is not understood.</summary>
    Fail,
}
