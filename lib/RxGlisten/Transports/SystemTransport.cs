namespace RxGlisten;

/// <summary>Which transport carries TCP and unix sockets here.</summary>
internal static class SystemTransport
{
    /// <summary>The one of a kind that is possible here.</summary>
    public static ITransport Of(TransportKind kind) =>
        kind == TransportKind.Sockets || !EventLoops.AreSupported ? SocketTransport.Instance : EventLoopTransport.OfProcess;
}
