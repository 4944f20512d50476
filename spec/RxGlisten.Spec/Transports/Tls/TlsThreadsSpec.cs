using System.Net.Security;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.EventLoop.Doubles;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>Which threads TLS computes on, over an event loop whose thread is that of other connections too.</summary>
[Platform("Linux")]
public sealed class TlsThreadsSpec
{
    [Test]
    public async Task A_server_s_handshake_is_made_beside_the_loop_and_what_follows_is_on_it()
    {
        using var listener = new OwnLoops(1).Listen();
        using var peer = new TlsPeer(await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon());
        var accepted = await listener.AcceptAsync(CancellationToken.None).Soon();
        var computes = "nobody";
        var secure = new TlsConnection(accepted.Connection!, ssl => ssl.AuthenticateAsServerAsync(
            (_, _, _, _) =>
            {
                computes = Here(); // the signature follows on this thread
                return new(new SslServerAuthenticationOptions { ServerCertificate = TestAuthority.Localhost });
            },
            null));
        Assert.That(await FollowsAsync(secure).Soon(), Is.EqualTo("the loop"));
        Assert.That(computes, Is.EqualTo("the pool"));
        secure.Abort();
    }

    [Test]
    public async Task A_client_s_handshake_is_made_beside_the_loop_too_and_one_that_fails_comes_back_as_well([Values] bool fails)
    {
        var loops = new OwnLoops(1);
        using var listener = loops.Listen();
        var connecting = loops.ConnectAsync(listener.LocalEndPoint, TransportContract.ConnectSettings, CancellationToken.None);
        var accepted = await listener.AcceptAsync(CancellationToken.None).Soon();
        var server = new TlsConnection(
            accepted.Connection!, ssl => ssl.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = TestAuthority.Localhost }));
        var serving = server.HandshakeAsync();
        var (begins, computes) = ("nobody", "nobody");
        var client = new TlsConnection((await connecting.Soon()).Connection!, ssl =>
        {
            begins = Here(); // its first key follows
            return ssl.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, _, _, _) =>
                {
                    computes = Here();
                    return !fails;
                },
            });
        });
        Assert.That(await FollowsAsync(client).Soon(), Is.EqualTo("the loop"));
        Assert.That((begins, computes), Is.EqualTo(("the pool", "the pool")));
        Assert.That(client.Failure is not null, Is.EqualTo(fails));
        client.Abort();
        await serving.Soon();
        server.Abort();
    }

    [Test]
    public async Task Files_are_looked_at_beside_the_loop()
    {
        using var listener = new OwnLoops(1).Listen();
        var reads = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        CertificateInput[] Read()
        {
            reads.TrySetResult(Here());
            return [];
        }

        var watch = new FileWatch(new Clock(Scheduler.Default), listener.Executor, TimeSpan.FromMilliseconds(1));
        using (watch.Add(Read, _ => { }, _ => { }, FileWatch.PrintOf([])))
            Assert.That(await reads.Task.Soon(), Is.EqualTo("the pool"));
    }

    [Test]
    public async Task A_client_s_certificate_is_read_beside_the_loop([Values] bool fails)
    {
        var loops = new OwnLoops(1);
        using var listener = loops.Listen();
        var connecting = loops.ConnectAsync(listener.LocalEndPoint, TransportContract.ConnectSettings, CancellationToken.None);
        var accepted = await listener.AcceptAsync(CancellationToken.None).Soon();
        var connected = (await connecting.Soon()).Connection!;
        accepted.Connection!.Abort(); // the handshake is nobody's
        var (own, reads) = Noted(TestAuthority.Client, fails);
        var client = new TlsClient(new TlsClientOptions { ServerName = "localhost", Certificate = own }, listener.LocalEndPoint);
        Assert.That(await HandshakesAsync().Soon(), Is.EqualTo(("the loop", fails)));
        Assert.That(await reads.Soon(), Is.EqualTo("the pool"));

        async Task<(string Follows, bool Threw)> HandshakesAsync()
        {
            await new MoveTo(connected.Executor);
            try
            {
                await client.HandshakeAsync(connected, CancellationToken.None).ConfigureAwait(false);
                return (Here(), false);
            }
            catch (TlsCertificateException)
            {
                return (Here(), true);
            }
        }
    }

    [Test]
    public async Task The_certificate_of_an_upgrade_is_read_beside_the_loop([Values] bool fails)
    {
        var (certificate, reads) = Noted(TestAuthority.Localhost, fails);
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listener = RxServer.Bind(new OwnLoops(1).EndPoint());
        using var serving = listener.SelectConnection(c => c.UpgradeToTls(new TlsOptions(certificate))
            .Do(secure => told.TrySetResult(Here()), error => told.TrySetResult($"{Here()}: {error.GetType().Name}"))).Subscribe();
        using var peer = new TlsPeer(await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon());
        Assert.That(await told.Task.Soon(), Is.EqualTo(fails ? "the loop: TlsCertificateException" : "the loop"));
        Assert.That(await reads.Soon(), Is.EqualTo("the pool"));
    }

    /// <summary>A certificate that notes where it is read.</summary>
    private static (TlsCertificate Certificate, Task<string> Reads) Noted(X509Certificate2 certificate, bool fails)
    {
        var reads = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        return (TlsCertificate.FromObservable(Observable.Defer(() =>
        {
            reads.TrySetResult(Here());
            return fails ? Observable.Empty<X509Certificate2>() : Observable.Return(certificate);
        })), reads.Task);
    }

    /// <summary>Where what awaits a handshake goes on.</summary>
    private static async Task<string> FollowsAsync(TlsConnection connection)
    {
        await connection.HandshakeAsync().ConfigureAwait(false);
        return Here();
    }

    private static string Here() => Thread.CurrentThread switch
    {
        { IsThreadPoolThread: true } => "the pool",
        { Name: "RxGlisten event loop" } => "the loop",
        { Name: var name } => $"another thread ({name})",
    };
}
