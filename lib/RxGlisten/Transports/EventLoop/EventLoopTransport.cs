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

    public ITransportExecutor Executor
    {
        get
        {
            try
            {
                return field ??= new EventLoopExecutor(Loops.Next());
            }
            catch (SocketException)
            {
                return PoolExecutor.Instance; // who asks is about to bind or to connect, which will say what is the matter
            }
        }
    }

    private EventLoops Loops => loops ?? EventLoops.OfProcess;

    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings)
    {
        var listening = ListeningSocket.Open(endpoint, settings);
        try
        {
            return EventLoopListener.Open(listening, Loops, settings);
        }
        catch (SocketException error)
        {
            listening.Dispose();
            throw ListenFailure.From(endpoint, error);
        }
    }

    public ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation) =>
        EndPointResolution.ConnectAsync(endpoint, address => new EventLoopConnect(address, settings, Loops.Next()).ConnectAsync(cancellation), cancellation);
}
