using System.Net;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Transports.Tls.Doubles;

/// <summary>A server with TLS in virtual time, and its books.</summary>
internal sealed class VirtualTls : IDisposable
{
    public VirtualTls(Func<TlsOptions, TlsOptions>? tls = null, Func<ServerOptions, ServerOptions>? options = null, Func<IListener, IDisposable>? serve = null,
        int windowBytes = 64 * 1024, Func<EndPoint, EndPoint>? through = null)
    {
        var secure = TlsOptions.FromCertificate(TestAuthority.Localhost);
        secure = tls?.Invoke(secure) ?? secure;
        Server = new VirtualServer(
            defaults =>
            {
                Timers = new CountingScheduler(defaults.Scheduler);
                defaults = defaults with { Tls = secure, MeterFactory = Meters, MaxConnections = 100, Scheduler = Timers };
                return options?.Invoke(defaults) ?? defaults;
            },
            serve ?? (listener => listener.Probe(Accepted.Add)),
            windowBytes,
            through);
    }

    public VirtualServer Server { get; }

    public MeterReader Meters { get; } = new();

    /// <summary>The timers of the server.</summary>
    public CountingScheduler Timers { get; private set; } = null!; // the constructor sets it

    /// <summary>The connections that were delivered, where nothing else serves them.</summary>
    public List<IConnection> Accepted { get; } = [];

    public ConnectionLedger Ledger => Server.Listener.Ledger;

    /// <summary>A client whose handshake has begun, and is over if both sides want it.</summary>
    public TlsPeer Connect()
    {
        var peer = new TlsPeer(Server.Connect());
        Server.Settle();
        return peer;
    }

    /// <summary>A client and its connection.</summary>
    public (IConnection Connection, TlsPeer Peer) Pair()
    {
        var peer = Connect();
        Assert.That(peer.Handshake.IsCompletedSuccessfully, "the handshake is over");
        return (Accepted[^1], peer);
    }

    /// <summary>How many connections ended in this way.</summary>
    public long Closed(CloseKind kind) => Meters[$"rxglisten.connections.closed/{kind}"];

    /// <summary>How many handshakes failed in this way.</summary>
    public long Failed(CloseKind kind) => Meters[$"rxglisten.tls.handshakes.failed/{kind}"];

    /// <summary>Accepted are open or closed, and each open one has a slot.</summary>
    public void CheckBooks()
    {
        var open = Ledger.Connections.Count + Ledger.Handshaking;
        Assert.That(Ledger.Accepted, Is.EqualTo(open + Ledger.Closed), "accepted = open + closed");
        Assert.That(Meters["rxglisten.connections.closed"], Is.EqualTo(Ledger.Closed), "each with one reason");
    }

    public void Dispose() => Meters.Dispose();
}
