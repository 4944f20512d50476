using System.Net.Security;
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
