namespace RxGlisten;

/// <summary>A send or a flush on a connection that is closed, or whose sending side completed.</summary>
public sealed class ConnectionClosedException : IOException
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">Why the connection ended.</param>
    public ConnectionClosedException(CloseReason reason)
        : base($"The connection is closed ({reason.Kind}): {reason.Detail}", reason.Error)
    {
        Reason = reason;
    }

    /// <summary>Why the connection ended.</summary>
    public CloseReason Reason { get; }
}
