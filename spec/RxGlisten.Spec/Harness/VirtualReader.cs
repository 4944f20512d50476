using System.Text;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Harness;

/// <summary>What a client on a virtual server receives, when the spec wants it to.</summary>
internal sealed class VirtualReader(VirtualServer server, ITestPeer peer)
{
    private readonly List<byte> _bytes = [];
    private Task<Received>? _pending;

    /// <summary>All that was received.</summary>
    public byte[] Bytes => [.. _bytes];

    /// <summary>... as text.</summary>
    public string Text => Encoding.Latin1.GetString(Bytes);

    /// <summary>How the server's side ended, if it did.</summary>
    public Received? End { get; private set; }

    /// <summary>Receives what is on its way, at most the network's window, if there is something now. Takes a tick.</summary>
    public bool Take()
    {
        if (End is not null)
            return false;
        _pending ??= peer.ReceiveAsync();
        server.Settle();
        if (!_pending.IsCompleted)
            return false;
        var received = _pending.Result;
        _pending = null;
        if (received.Bytes.Length == 0)
            End = received;
        _bytes.AddRange(received.Bytes);
        return End is null;
    }

    /// <summary>Receives all there is.</summary>
    public VirtualReader All()
    {
        while (Take())
        {
        }

        return this;
    }
}
