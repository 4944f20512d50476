namespace RxGlisten;

/// <summary>The end of one served connection.</summary>
/// <param name="Connection">The connection, closed.</param>
/// <param name="Reason">Why it ended.</param>
public readonly record struct ConnectionClosed(IConnection Connection, CloseReason Reason);
