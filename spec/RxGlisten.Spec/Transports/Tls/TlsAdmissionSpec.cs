using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Testing;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>Admission comes before the handshake: who is refused is sent no byte of TLS, and a handshake that fails gives back its place.</summary>
public sealed class TlsAdmissionSpec
{
    private static readonly byte[] Garbage = "no TLS at all\r\n\r\n"u8.ToArray();

    private static readonly string[] SystemKinds = ["tcp v4", "tcp v4 over sockets"];

    [Test]
    public void Who_is_not_admitted_is_reset_without_a_byte_of_TLS()
    {
        using var tls = new VirtualTls(serve: listener => listener.Admit(_ => false).Probe());
        var peer = new CountingPeer(tls.Server.Connect());
        using var client = new TlsPeer(peer);
        tls.Server.Settle();
        Assert.That(client.Handshake.IsFaulted);
        var end = peer.ReceiveAsync();
        tls.Server.Settle();
        Assert.That((peer.Bytes, end.Result.Error), Is.EqualTo((0, SocketError.ConnectionReset)));
        CheckRefused(tls.Server.Listener, tls.Meters);
        Assert.That(tls.Timers.Pending, Is.Zero, "no time runs for it");
    }

    [TestCaseSource(nameof(SystemKinds))]
    public async Task Who_is_not_admitted_is_reset_without_a_byte_of_TLS_over_sockets(string kind)
    {
        using var meters = new MeterReader();
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(
            reach, TlsServingSpec.Options() with { MeterFactory = meters }, listener => listener.Admit(_ => false).Probe());
        Assert.That(await BytesOfRefusedAsync(server), Is.Zero);
        await Patience.UntilAsync(() => meters["rxglisten.connections.rejected"] == 1, "the refusal is counted");
        CheckRefused(server.Listener, meters);
    }

    [Test]
    public void A_handshake_that_fails_or_takes_too_long_gives_its_place_back()
    {
        var address = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 4242);
        using var tls = new VirtualTls(
            serve: listener => listener.AdmitPerAddress(1).Probe(), through: inner => new FaultyEndPoint(inner, connection => new AddressedConnection(connection, address)));
        tls.Server.Connect();
        Assert.That((tls.Connect().Handshake.IsFaulted, tls.Ledger.Rejected), Is.EqualTo((true, 1L)), "the first keeps its place while it says nothing");
        tls.Server.Advance(TimeSpan.FromSeconds(10));
        Assert.That((tls.Ledger.Handshaking, tls.Failed(CloseKind.ProtocolError)), Is.EqualTo((0, 1L)));

        _ = tls.Server.Connect().SendAsync(Garbage);
        tls.Server.Settle();
        Assert.That((tls.Ledger.Rejected, tls.Failed(CloseKind.ProtocolError)), Is.EqualTo((1L, 2L)), "it came to a handshake, which failed");

        Assert.That((tls.Connect().Handshake.IsCompletedSuccessfully, tls.Connect().Handshake.IsFaulted), Is.EqualTo((true, true)), "an honest one has it, alone");
        Assert.That(tls.Ledger.Rejected, Is.EqualTo(2));
        tls.CheckBooks();
    }

    [TestCaseSource(nameof(SystemKinds))]
    public async Task A_handshake_that_fails_gives_its_place_back_over_sockets(string kind)
    {
        using var meters = new MeterReader();
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(
            reach, TlsServingSpec.Options() with { MeterFactory = meters }, listener => listener.AdmitPerAddress(1).Probe());
        var talks = await server.ConnectAsync();
        await talks.SendAsync(Garbage).Soon();
        await Patience.UntilAsync(() => meters["rxglisten.tls.handshakes.failed"] == 1, "the handshake of who speaks no TLS fails");
        var leaves = await server.ConnectAsync();
        leaves.Close();
        await Patience.UntilAsync(() => meters["rxglisten.tls.handshakes.failed"] == 2, "the handshake of who leaves fails");

        using var honest = await TlsServingSpec.ConnectAsync(server);
        await honest.Handshake.Soon();
        Assert.That(await BytesOfRefusedAsync(server), Is.Zero);
        await Patience.UntilAsync(() => meters["rxglisten.connections.rejected"] == 1, "the refusal is counted");
        Assert.That((server.Listener.Ledger.Accepted, meters["rxglisten.tls.handshakes.failed"]), Is.EqualTo((3L, 2L)));
    }

    /// <summary>How many bytes a client is sent that is refused: while it connects, if the reset comes at once, or in its handshake.</summary>
    private static async Task<int> BytesOfRefusedAsync(TestServer server)
    {
        CountingPeer? peer = null;
        try
        {
            peer = new CountingPeer(await server.ConnectAsync());
            using var client = new TlsPeer(peer);
            await client.Handshake.Soon();
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return peer?.Bytes ?? 0;
        }

        throw new InvalidOperationException("It was not refused.");
    }

    private static void CheckRefused(Listener listener, MeterReader meters)
    {
        Assert.That((listener.Ledger.Accepted, listener.Ledger.Rejected, listener.Ledger.Handshaking), Is.EqualTo((0L, 1L, 0)));
        Assert.That(
            (meters["rxglisten.connections.accepted"], meters["rxglisten.connections.rejected"], meters["rxglisten.tls.handshakes.failed"]), Is.EqualTo((0L, 1L, 0L)));
    }

    /// <summary>A connection with an address, which those in memory have not.</summary>
    private sealed class AddressedConnection(ITransportConnection inner, EndPoint remote) : FaultyConnection(inner)
    {
        public override EndPoint RemoteEndPoint => remote;
    }

    /// <summary>A peer that counts what it is sent.</summary>
    private sealed class CountingPeer(ITestPeer inner) : ITestPeer
    {
        public int Bytes { get; private set; }

        public EndPoint? LocalEndPoint => inner.LocalEndPoint;

        public Task SendAsync(ReadOnlyMemory<byte> bytes) => inner.SendAsync(bytes);

        public async Task<Received> ReceiveAsync(int most = 64 * 1024)
        {
            var received = await inner.ReceiveAsync(most).ConfigureAwait(false);
            Bytes += received.Bytes.Length;
            return received;
        }

        public void FinishSending() => inner.FinishSending();

        public void Reset() => inner.Reset();

        public void Close() => inner.Close();

        public void Dispose() => inner.Dispose();
    }
}
