namespace RxGlisten.Testing;

/// <summary>How a recording ends.</summary>
public enum RecordingTailKind
{
    /// <summary>By its end record: the recorder was disposed, and everything it took is here.</summary>
    Complete,

    /// <summary>It stops before its end record, as when its process died: what is before the cut is whole.</summary>
    Cut,

    /// <summary>Something at <see cref="RecordingTail.Offset"/> is not what was written there: what is before it is whole.</summary>
    Damaged,
}
