using System.ComponentModel;
using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>TCP and unix sockets on event loops of the library's own: Linux, x64 and arm64.</summary>
/// <param name="loops">The loops; null for those of the process, which are made when they are first needed.</param>
internal sealed class EventLoopTransport(EventLoops? loops) : ITransport
{
    /// <summary>The one on the loops of the process.</summary>
    public static EventLoopTransport OfProcess { get; } = new(null);

    public bool UsesDescriptors => true;

    public ITransportExecutor Executor => field ??= new EventLoopExecutor(Loops.Next());

    private EventLoops Loops => loops ?? EventLoops.OfProcess;

    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings)
    {
        var listening = ListeningSocket.Open(endpoint, settings);
        try
        {
            return EventLoopListener.Open(listening, Loops, settings);
        }
        catch (Exception error) when (error is Win32Exception)
        {
            listening.Dispose();
            throw ListenFailure.From(endpoint, error as SocketException ?? new SocketException((int)NativeError.ToSocketError(((Win32Exception)error).NativeErrorCode)));
        }
    }

    public ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation) =>
        EndPointResolution.ConnectAsync(endpoint, address => new EventLoopConnect(address, settings, Loops.Next()).ConnectAsync(cancellation), cancellation);
}
