namespace RxGlisten;

/// <summary>A connection joined a <see cref="ConnectionGroup"/>, or left it.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Connection">The connection.</param>
/// <param name="Reason">How it closed, if that is why it left; else null.</param>
public readonly record struct GroupChange(GroupChangeKind Kind, IConnection Connection, CloseReason? Reason);
