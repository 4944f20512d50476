using System.Globalization;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>Certificates that change while a server serves.</summary>
public sealed class TlsRotationSpec
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    [Test]
    public void New_files_are_for_new_handshakes_and_old_connections_live_on()
    {
        using var folder = new TempFolder();
        var files = Write(folder, "localhost", 1);
        using var tls = new VirtualTls(_ => TlsOptions.FromPemFiles(files.Certificate, files.Key) with { ReloadInterval = Interval });
        var (old, peer) = tls.Pair();
        Assert.That(SerialOf(peer), Is.EqualTo(1));
        Write(folder, "localhost", 2);
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(1), "they are not read before the time");
        tls.Server.Advance(Interval);
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(2));
        var inbound = old.Inbound.Probe();
        _ = peer.SendAsync("still here"u8.ToArray());
        tls.Server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo("still here"));
    }

    [Test]
    public void A_server_begins_with_what_the_files_hold_when_it_binds([Values] bool reloads)
    {
        using var folder = new TempFolder();
        var files = Write(folder, "localhost", 1);
        var options = TlsOptions.FromPemFiles(files.Certificate, files.Key) with { ReloadInterval = reloads ? Interval : Timeout.InfiniteTimeSpan };
        Write(folder, "localhost", 2);
        using var tls = new VirtualTls(_ => options);
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(2));
        Write(folder, "localhost", 3);
        tls.Server.Advance(Interval);
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(reloads ? 3 : 2));
    }

    [Test]
    public void A_server_that_binds_in_the_middle_of_a_swap_begins_with_what_was_there_before_and_says_so_later()
    {
        using var log = new LogRecorder();
        using var folder = new TempFolder();
        var files = Write(folder, "localhost", 1);
        var options = TlsOptions.FromPemFiles(files.Certificate, files.Key) with { ReloadInterval = Interval };
        Write(folder, "localhost", 2, certificateOnly: true);
        using var tls = new VirtualTls(_ => options, defaults => defaults with { LoggerFactory = log });
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(1));
        tls.Server.Advance(Interval);
        Assert.That(log.Entries.Single(), Does.Contain("does not belong"));
        Write(folder, "localhost", 2);
        tls.Server.Advance(Interval);
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(2));
    }

    [Test]
    public void Files_that_clients_use_are_parsed_once_for_what_they_hold()
    {
        using var folder = new TempFolder();
        var files = Write(folder, "localhost", 1);
        var source = TlsCertificate.FromPemFiles(files.Certificate, files.Key).Source;
        var first = source.Latest();
        Assert.That(source.Latest(), Is.SameAs(first));
        Write(folder, "localhost", 2);
        var second = source.Latest();
        Assert.That(second.Leaf.SerialNumber, Is.Not.EqualTo(first.Leaf.SerialNumber));
        Assert.That(source.Latest(), Is.SameAs(second));
        File.Delete(files.Key);
        Assert.That(source.Latest(), Is.SameAs(second), "the last that could be used");
    }

    [Test]
    public void A_link_that_is_swapped_is_followed()
    {
        // As Kubernetes does it: cert.pem -> ..data/cert.pem, ..data -> a folder of its own for each version.
        using var folder = new TempFolder();
        string Version(int serial)
        {
            var path = Path.Combine(folder.Path, $"..version-{serial}");
            Directory.CreateDirectory(path);
            Write(path, "localhost", serial);
            return path;
        }

        var data = Path.Combine(folder.Path, "..data");
        Directory.CreateSymbolicLink(data, Version(1));
        foreach (var name in new[] { "cert.pem", "key.pem" })
            File.CreateSymbolicLink(Path.Combine(folder.Path, name), Path.Combine("..data", name));
        using var tls = new VirtualTls(_ => TlsOptions.FromPemFiles(Path.Combine(folder.Path, "cert.pem"), Path.Combine(folder.Path, "key.pem")) with
        {
            ReloadInterval = Interval,
        });
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(1));
        for (var serial = 2; serial <= 4; serial++)
        {
            var next = Path.Combine(folder.Path, "..data-next");
            Directory.CreateSymbolicLink(next, Version(serial));
            Directory.Delete(data); // the link, not what it leads to
            Directory.Move(next, data);
            tls.Server.Advance(Interval);
            Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(serial));
        }
    }

    [Test]
    public void Files_that_can_t_be_used_are_logged_once_and_the_old_certificate_stays()
    {
        using var log = new LogRecorder();
        using var folder = new TempFolder();
        var files = Write(folder, "localhost", 1);
        using var tls = new VirtualTls(
            _ => TlsOptions.FromPemFiles(files.Certificate, files.Key) with { ReloadInterval = Interval }, options => options with { LoggerFactory = log });

        // Only one of the two is written when they are read.
        Write(folder, "localhost", 2, certificateOnly: true);
        tls.Server.Advance(3 * Interval);
        Assert.That(log.Entries, Has.Count.EqualTo(1));
        Assert.That(log.Entries[0], Does.Contain(files.Key).And.Contain("does not belong"));
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(1));

        File.Delete(files.Certificate);
        tls.Server.Advance(3 * Interval);
        Assert.That(log.Entries, Has.Count.EqualTo(2));
        Assert.That(log.Entries[1], Does.Contain(files.Certificate).And.Contain("does not exist"));
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(1));

        Write(folder, "localhost", 3);
        tls.Server.Advance(Interval);
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(3));
        Assert.That(log.Entries, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_certificate_that_is_not_valid_yet_is_told_of_once_and_taken_when_it_is()
    {
        using var log = new LogRecorder();
        using var folder = new TempFolder();
        var files = Write(folder, "localhost", 1);
        var clock = new SetClock(DateTimeOffset.UtcNow.AddHours(-1));
        var options = new TlsOptions(TlsCertificate.OfPemFiles(files.Certificate, files.Key, null, clock)) { ReloadInterval = Interval };
        using var tls = new VirtualTls(_ => options, defaults => defaults with { LoggerFactory = log });
        Write(folder, "localhost", 2, from: clock.Now.AddSeconds(30));
        tls.Server.Advance(2 * Interval);
        Assert.That(log.Entries.Single(), Does.Contain(files.Certificate).And.Contain("not valid yet"));
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(1));
        clock.Now = clock.Now.AddSeconds(30);
        tls.Server.Advance(Interval);
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(2));
        tls.Server.Advance(2 * Interval);
        Assert.That(log.Entries, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_server_does_not_begin_with_a_certificate_that_has_expired_since_it_was_read([Values] bool isThere)
    {
        using var folder = new TempFolder();
        var files = Write(folder, "localhost", 1);
        var clock = new SetClock(DateTimeOffset.UtcNow);
        var certificate = TlsCertificate.OfPemFiles(files.Certificate, files.Key, null, clock);
        clock.Now = clock.Now.AddYears(1);
        if (!isThere)
            File.Delete(files.Certificate);
        var network = new MemoryNetwork(System.Reactive.Concurrency.Scheduler.Default);
        var error = Assert.Throws<TlsCertificateException>(() => RxServer.Bind(network.EndPoint("a"), new ServerOptions { Tls = new TlsOptions(certificate) }))!;
        Assert.That((error.Path, error.Message.Contains(isThere ? "has expired" : "does not exist", StringComparison.Ordinal)), Is.EqualTo((files.Certificate, true)));
    }

    [Test]
    public void An_upgrade_goes_on_with_a_certificate_that_expired_since_the_one_before_it_and_says_so()
    {
        using var log = new LogRecorder();
        using var folder = new TempFolder();
        var files = Write(folder, "localhost", 1);
        var clock = new SetClock(DateTimeOffset.UtcNow);
        var tls = new TlsOptions(TlsCertificate.OfPemFiles(files.Certificate, files.Key, null, clock)) { ReloadInterval = Interval };
        var server = new VirtualServer(defaults => defaults with { LoggerFactory = log });
        Assert.That(UpgradedSerial(), Is.EqualTo(1));
        clock.Now = clock.Now.AddYears(1);
        server.Advance(Interval);
        Assert.That((UpgradedSerial(), UpgradedSerial()), Is.EqualTo((1, 1)));
        Assert.That(log.Entries.Single(), Does.Contain("the old one stays").And.Contain("has expired"));

        int UpgradedSerial()
        {
            var (served, raw) = server.Pair();
            var secured = served.UpgradeToTls(tls).Probe();
            var peer = new TlsPeer(raw);
            server.Settle();
            Assert.That(secured.Items, Has.Count.EqualTo(1), secured.Error?.Message);
            return SerialOf(peer);
        }
    }

    [Test]
    public void A_server_that_watches_no_files_says_at_once_that_they_can_t_be_used()
    {
        using var log = new LogRecorder();
        using var folder = new TempFolder();
        var files = Write(folder, "localhost", 1);
        var options = TlsOptions.FromPemFiles(files.Certificate, files.Key);
        Write(folder, "localhost", 2, certificateOnly: true);
        using var tls = new VirtualTls(_ => options, defaults => defaults with { LoggerFactory = log });
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(1));
        Assert.That(log.Entries.Single(), Does.Contain("does not belong"));
    }

    [Test]
    public void A_stopped_server_reads_no_files()
    {
        using var folder = new TempFolder();
        var files = Write(folder, "localhost", 1);
        using var tls = new VirtualTls(_ => TlsOptions.FromPemFiles(files.Certificate, files.Key) with { ReloadInterval = Interval });
        Assert.That(tls.Timers.Pending, Is.EqualTo(1));
        tls.Server.Listener.StopAsync(TimeSpan.Zero);
        tls.Server.Settle();
        Assert.That(tls.Timers.Pending, Is.Zero);
    }

    [Test]
    public void Each_name_has_files_of_its_own()
    {
        using var first = new TempFolder();
        using var second = new TempFolder();
        var files = Write(second, "localhost", 7);
        var others = Write(first, "other.example", 5);
        using var tls = new VirtualTls(_ => TlsOptions.FromPemFiles(others.Certificate, others.Key) with
        {
            ReloadInterval = Interval,
            ServerNames = new Dictionary<string, TlsCertificate> { ["localhost"] = TlsCertificate.FromPemFiles(files.Certificate, files.Key) },
        });
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(7));
        Write(second, "localhost", 8);
        tls.Server.Advance(Interval);
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(8));
    }

    [Test]
    public void An_observable_gives_new_certificates()
    {
        using var log = new LogRecorder();
        using var one = Issue("localhost", 1);
        using var two = Issue("localhost", 2);
        using var bare = X509CertificateLoader.LoadCertificate(two.RawData);
        using var certificates = new BehaviorSubject<X509Certificate2>(one);
        using var tls = new VirtualTls(_ => TlsOptions.FromObservable(certificates), options => options with { LoggerFactory = log });
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(1));
        certificates.OnNext(bare);
        Assert.That(log.Entries, Has.Count.EqualTo(1));
        Assert.That(log.Entries[0], Does.Contain("no private key"));
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(1));
        certificates.OnNext(two);
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(2));
        certificates.OnError(new IOException("Meant to be."));
        Assert.That(SerialOf(tls.Pair().Peer), Is.EqualTo(2));
        Assert.That(log.Entries, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_server_needs_a_certificate_to_begin_with_and_leaves_nothing_bound_without()
    {
        using var none = new Subject<X509Certificate2>();
        var options = new ServerOptions { Tls = TlsOptions.FromObservable(none) };
        var network = new MemoryNetwork(System.Reactive.Concurrency.Scheduler.Default);
        Assert.That(() => RxServer.Bind(network.EndPoint("a"), options), Throws.InstanceOf<TlsCertificateException>().With.Message.Contain("BehaviorSubject"));
        Assert.That(none.HasObservers, Is.False);
        Assert.That(() => RxServer.Bind(network.EndPoint("a"), TlsServingSpec.Options()).DisposeAsync().AsTask().Wait(0), Throws.Nothing);
    }

    [Test]
    public void A_stopped_server_follows_no_observable()
    {
        using var one = Issue("localhost", 1);
        using var certificates = new BehaviorSubject<X509Certificate2>(one);
        using var tls = new VirtualTls(_ => TlsOptions.FromObservable(certificates));
        Assert.That(certificates.HasObservers);
        tls.Server.Listener.StopAsync(TimeSpan.Zero);
        tls.Server.Settle();
        Assert.That(certificates.HasObservers, Is.False);
    }

    [Test]
    public async Task A_sequence_that_throws_when_it_is_left_keeps_no_server_from_stopping()
    {
        using var log = new LogRecorder();
        using var one = Issue("localhost", 1);
        var certificates = Observable.Create<X509Certificate2>(observer =>
        {
            observer.OnNext(one);
            return () => throw new IOException("Meant to be.");
        });
        var network = new MemoryNetwork(System.Reactive.Concurrency.Scheduler.Default);
        var options = new ServerOptions { Tls = TlsOptions.FromObservable(certificates), LoggerFactory = log };
        await RxServer.Bind(network.EndPoint("a"), options).StopAsync(TimeSpan.Zero).Soon();
        Assert.That(log.Entries, Has.One.Contains("Meant to be."));
        await RxServer.Bind(network.EndPoint("a"), TlsServingSpec.Options()).StopAsync(TimeSpan.Zero).Soon();
    }

    [Test]
    public async Task A_hundred_swaps_under_load_fail_no_handshake(
        [Values("tcp v4", "unix", "tcp v4 over sockets")] string kind, [Values("observable", "files")] string source)
    {
        using var folder = new TempFolder();
        using var first = Issue("localhost", 1);
        using var certificates = new BehaviorSubject<X509Certificate2>(first);
        var files = Write(folder, "localhost", 1);
        var tls = source == "files"
            ? TlsOptions.FromPemFiles(files.Certificate, files.Key) with { ReloadInterval = TimeSpan.FromMilliseconds(5) }
            : TlsOptions.FromObservable(certificates);
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { Tls = tls }, listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe());
        var seen = new HashSet<int>();
        var handshakes = 0;
        using var over = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(async _ =>
        {
            while (!over.IsCancellationRequested)
            {
                using var peer = await TlsServingSpec.ConnectAsync(server);
                await peer.Handshake.Soon();
                lock (seen)
                {
                    handshakes++;
                    seen.Add(SerialOf(peer));
                }

                await peer.SendAsync("x"u8.ToArray()).Soon();
                Assert.That((await peer.ReceiveAsync().Soon()).Bytes, Has.Length.EqualTo(1));
            }
        }).ToArray();
        for (var serial = 2; serial <= 101; serial++)
        {
            if (source == "files")
                Write(folder, "localhost", serial);
            else
                certificates.OnNext(Issue("localhost", serial));
            await Patience.UntilAsync(() => HasSeen(serial) || clients.Any(client => client.IsCompleted), $"certificate {serial} is seen");
        }

        await over.CancelAsync();
        await Task.WhenAll(clients).Soon();
        Assert.That(seen, Is.SupersetOf(Enumerable.Range(2, 100)));
        TestContext.Out.WriteLine($"{handshakes} handshakes, {seen.Count} certificates seen");

        bool HasSeen(int serial)
        {
            lock (seen)
                return seen.Contains(serial);
        }
    }

    private static int SerialOf(TlsPeer peer) => int.Parse(peer.Ssl.RemoteCertificate!.GetSerialNumberString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static (string Certificate, string Key) Write(TempFolder folder, string name, int serial, bool certificateOnly = false, DateTimeOffset? from = null) =>
        Write(folder.Path, name, serial, certificateOnly, from);

    private static (string Certificate, string Key) Write(string folder, string name, int serial, bool certificateOnly = false, DateTimeOffset? from = null)
    {
        using var certificate = Issue(name, serial, from);
        using var key = certificate.GetECDsaPrivateKey()!;
        var paths = (Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"));
        File.WriteAllText(paths.Item1, certificate.ExportCertificatePem());
        if (!certificateOnly)
            File.WriteAllText(paths.Item2, key.ExportPkcs8PrivateKeyPem());
        return paths;
    }

    private static X509Certificate2 Issue(string name, int serial, DateTimeOffset? from = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return TestAuthority.Trusted.IssueServer(name, key, serial: serial, from: from);
    }

    private sealed class SetClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
