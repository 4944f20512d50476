using System.Net;

namespace RxGlisten;

/// <summary>Which transport an endpoint is reached by.</summary>
internal static class TransportChoice
{
    /// <summary>Its own, where it brings one; otherwise the one that was asked for, or the best that there is here.</summary>
    public static ITransport Of(EndPoint endpoint, ConnectionOptions options) => endpoint switch
    {
        ITransportEndPoint own => own.Transport,
        _ when options.Transport == TransportKind.Sockets || !EventLoops.AreSupported => SocketTransport.Instance,
        _ => EventLoopTransport.OfProcess,
    };
}
