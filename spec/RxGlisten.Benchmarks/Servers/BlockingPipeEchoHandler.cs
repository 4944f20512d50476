using Microsoft.AspNetCore.Connections;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>The same loop, that blocks at every message of some connections.</summary>
internal sealed class BlockingPipeEchoHandler : PipeEchoHandler
{
    protected override void OnMessage(ConnectionContext connection)
    {
        if (Blockade.Holds(connection.RemoteEndPoint!)) Blockade.Block(); // a socket has a peer
    }
}
