namespace RxGlisten.Testing;

/// <summary>What a marble script says that happens.</summary>
public enum MarbleEventKind
{
    /// <summary>Bytes are sent.</summary>
    Bytes,

    /// <summary>The side that sends finishes: FIN.</summary>
    Finish,

    /// <summary>The side that sends resets the connection.</summary>
    Reset,

    /// <summary>The client stops reading. Only in scripts that drive a client.</summary>
    StopReading,

    /// <summary>The client goes on reading. Only in scripts that drive a client.</summary>
    ResumeReading,
}
