using System.Net;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>TLS under the transport contract, over each kind of transport. The clients are the framework's.</summary>
[TestFixtureSource(typeof(Reaches), nameof(Reaches.Names))]
public sealed class TlsTransportSpec(string kind) : TransportContract
{
    private readonly Reach _reach = Reaches.Of(kind);

    protected override ITransport Transport =>
        new TlsTransport(TransportChoice.Of(_reach.Fresh(), new ServerOptions { Transport = _reach.Transport }), TlsOptions.FromCertificate(TestAuthority.Localhost));

    protected override bool ResetsOnlyWithInputUnread => kind.Contains("unix");

    protected override bool ReportsFinWhilePaused => !kind.Contains("over sockets") && (kind == "memory" || EventLoops.AreSupported);

    protected override bool IsEncrypted => true;

    protected override EndPoint FreshEndPoint() => _reach.Fresh();

    protected override async Task<ITestPeer> ConnectAsync(EndPoint endpoint) => new TlsPeer(await _reach.ConnectAsync(endpoint));

    protected override Task AtRestAsync(ITestPeer peer) => ((TlsPeer)peer).Handshake;

    [OneTimeTearDown]
    public void GiveReachBack() => _reach.Dispose();
}
