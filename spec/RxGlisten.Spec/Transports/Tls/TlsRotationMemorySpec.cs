using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>What is left of certificates that others have replaced.</summary>
public sealed class TlsRotationMemorySpec
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    [Test]
    public async Task A_hundred_certificates_that_were_replaced_are_nobody_s([Values("tcp v4", "unix", "tcp v4 over sockets")] string kind)
    {
        using var certificates = new BehaviorSubject<X509Certificate2>(TestAuthority.Localhost);
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(
            reach, new ServerOptions { Tls = TlsOptions.FromObservable(certificates) }, listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe());
        var all = new List<WeakReference>();
        for (var swap = 0; swap < 100; swap++)
        {
            all.Add(Swap(certificates));
            await EchoAsync(server);
        }

        await Patience.UntilAsync(() => server.Listener.Connections.Count == 0, "all are closed");
        await Patience.UntilAsync(
            () =>
            {
                NativeHeap.BytesAlive(); // which collects
                return all.Count(one => one.IsAlive) <= 2;
            },
            "all but the last are collected");
        Assert.That(all[^1].IsAlive, "the last is served");
    }

    [Test]
    public void A_thousand_swaps_take_no_more_native_memory_than_a_hundred([Values("observable", "files")] string source)
    {
        if (!NativeHeap.IsKnown)
            Assert.Ignore("The C library does not say what is in use.");
        using var folder = new TempFolder();
        using var certificates = new BehaviorSubject<X509Certificate2>(TestAuthority.Localhost);
        WritePem(folder);
        using var tls = new VirtualTls(
            _ => source == "files"
                ? TlsOptions.FromPemFiles(Path.Combine(folder.Path, "cert.pem"), Path.Combine(folder.Path, "key.pem")) with { ReloadInterval = Interval }
                : TlsOptions.FromObservable(certificates),
            serve: listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe());
        var serials = new HashSet<string>();
        Swaps(100);

        // What fills or empties once, such as caches, shows in one stretch or two; what is not given back, in each.
        var stretches = new List<long>();
        for (var before = NativeHeap.BytesAlive(); stretches.Count < 5; before += stretches[^1])
        {
            Swaps(200);
            stretches.Add(NativeHeap.BytesAlive() - before);
        }

        TestContext.Out.WriteLine($"bytes more after each 200 swaps: {string.Join(", ", stretches)}");
        Assert.That(serials, Has.Count.EqualTo(1_100), "each was used");
        Assert.That(stretches.Order().ElementAt(2), Is.LessThan(200 * 6_000), "what OpenSSL makes of a certificate and its key takes about 9,000 bytes");

        void Swaps(int count)
        {
            for (var i = 0; i < count; i++)
            {
                if (source == "files")
                {
                    WritePem(folder);
                    tls.Server.Advance(Interval);
                }
                else
                {
                    Swap(certificates);
                }

                using (var peer = tls.Connect())
                {
                    serials.Add(peer.Ssl.RemoteCertificate!.GetSerialNumberString());
                    peer.Close();
                }

                tls.Server.Settle();
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Swap(BehaviorSubject<X509Certificate2> certificates)
    {
        var next = Issue();
        certificates.OnNext(next);
        return new WeakReference(next);
    }

    private static async Task EchoAsync(TestServer server)
    {
        using var peer = await TlsServingSpec.ConnectAsync(server);
        await peer.SendAsync("x"u8.ToArray()).Soon();
        Assert.That((await peer.ReceiveAsync().Soon()).Bytes, Has.Length.EqualTo(1));
    }

    private static void WritePem(TempFolder folder)
    {
        using var certificate = Issue();
        using var key = certificate.GetECDsaPrivateKey()!; // it is of an elliptic curve
        folder.Write("cert.pem", certificate.ExportCertificatePem());
        folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 Issue()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return TestAuthority.Trusted.IssueServer("localhost", key);
    }
}
