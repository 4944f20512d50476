namespace RxGlisten.Testing;

/// <summary>Which way something went.</summary>
public enum TraceDirection
{
    /// <summary>It has no direction.</summary>
    None,

    /// <summary>From the client to the server.</summary>
    ToServer,

    /// <summary>From the server to the client.</summary>
    ToClient,
}
