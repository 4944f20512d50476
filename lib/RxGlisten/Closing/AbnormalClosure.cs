namespace RxGlisten;

/// <summary>What <see cref="IConnection.Inbound"/> does when a connection ends in any way but orderly.</summary>
public enum AbnormalClosure
{
    /// <summary>It completes, as for an orderly close, so that no client can tear down a query over all of them. The default.</summary>
    Complete,

    /// <summary>It fails with <see cref="ConnectionClosedException"/>.</summary>
    Error,
}
