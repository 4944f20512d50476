using System.Net;

namespace RxGlisten;

/// <summary>Which transport an endpoint is reached by.</summary>
internal static class TransportChoice
{
    /// <summary>Its own, where it brings one; sockets otherwise.</summary>
    public static ITransport Of(EndPoint endpoint) => endpoint is ITransportEndPoint own ? own.Transport : SocketTransport.Instance;
}
