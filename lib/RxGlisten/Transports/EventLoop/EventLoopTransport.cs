using System.ComponentModel;
using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>TCP and unix sockets on event loops of the library's own: Linux, x64 and arm64.</summary>
internal sealed class EventLoopTransport : ITransport
{
    private EventLoopTransport()
    {
    }

    /// <summary>The one there is.</summary>
    public static EventLoopTransport Instance { get; } = new();

    public bool UsesDescriptors => true;

    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings)
    {
        var listening = ListeningSocket.Open(endpoint, settings);
        try
        {
            return EventLoopListener.Open(listening, EventLoops.Next(), settings.Blocked);
        }
        catch (Exception error) when (error is Win32Exception)
        {
            listening.Dispose();
            throw ListenFailure.From(endpoint, error as SocketException ?? new SocketException((int)NativeError.ToSocketError(((Win32Exception)error).NativeErrorCode)));
        }
    }
}
