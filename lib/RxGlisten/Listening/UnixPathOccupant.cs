namespace RxGlisten;

/// <summary>What is found at the path of a unix socket.</summary>
internal enum UnixPathOccupant
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A socket that is bound by somebody.</summary>
    LiveSocket,

    /// <summary>A socket whose owner is gone.</summary>
    StaleSocket,

    /// <summary>Anything else, or nothing that can be proved to be a socket.</summary>
    NotASocket,

    /// <summary>This user may not connect to it and so can't know.</summary>
    Forbidden,
}
