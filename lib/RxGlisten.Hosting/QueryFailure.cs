namespace RxGlisten;

/// <summary>What a hosted server does when its query ends with an error. It is logged either way.</summary>
public enum QueryFailure
{
    /// <summary>
    /// The host is stopped, and its stop fails with the error, so that a program that runs the host ends with it: a process whose server
    /// serves nobody is of no use, and whoever started it can see that and start it again.
    /// </summary>
    StopHost,

    /// <summary>
    /// The query is made and subscribed anew, on the same listener: nobody is refused in between, clients wait in the backlog. Up to 3 times
    /// in any 5 s, as for acceptors; past it, and when the listener itself can't go on (<see cref="ListenException"/>), the host is stopped.
    /// </summary>
    Restart,
}
