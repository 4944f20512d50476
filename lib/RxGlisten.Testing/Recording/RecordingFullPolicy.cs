namespace RxGlisten.Testing;

/// <summary>What a recorder does with an event when its buffer is full because the file is slower than the traffic.</summary>
public enum RecordingFullPolicy
{
    /// <summary>Stops recording that connection, and says so in the recording; the server never waits. A stream with a hole is of no use.</summary>
    LoseConnection,

    /// <summary>Blocks the thread that delivers or sends until there is room: for runs in virtual time, where nobody is kept waiting.</summary>
    Wait,
}
