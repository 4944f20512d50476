using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten.Spec.Transports.Tls.Doubles;

/// <summary>A client whose TLS is the framework's, over any other client. The handshake begins at once, and everything else waits for it.</summary>
internal sealed class TlsPeer : ITestPeer
{
    private readonly ITestPeer _inner;
    private readonly PeerStream _stream;
    private readonly SslStream _ssl;
    private Task _ending = Task.CompletedTask;

    public TlsPeer(ITestPeer inner, Action<SslClientAuthenticationOptions>? configure = null)
    {
        _inner = inner;
        _stream = new PeerStream(inner);
        _ssl = new SslStream(_stream);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
        };
        options.CertificateChainPolicy.CustomTrustStore.Add(TestAuthority.Trusted.Root);
        configure?.Invoke(options);
        Handshake = _ssl.AuthenticateAsClientAsync(options);
    }

    /// <summary>The client below.</summary>
    public ITestPeer Raw => _inner;

    /// <summary>The client's part of the handshake.</summary>
    public Task Handshake { get; }

    /// <summary>What was agreed on.</summary>
    public SslStream Ssl => _ssl;

    public EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await Handshake.ConfigureAwait(false);
        await _ssl.WriteAsync(bytes).ConfigureAwait(false);
    }

    public async Task<Received> ReceiveAsync(int most = 64 * 1024)
    {
        var memory = new byte[most];
        try
        {
            await Handshake.ConfigureAwait(false);
            var count = await _stream.ReadAloneAsync(() => _ssl.ReadAsync(memory)).ConfigureAwait(false);
            return new Received(memory[..count], count == 0 && _stream.SawFin ? SocketError.Disconnecting : SocketError.Success);
        }
        catch (Exception e)
        {
            for (var cause = e; cause is not null; cause = cause.InnerException)
            {
                if (cause is SocketException socket)
                    return new Received([], socket.SocketErrorCode);
            }

            return new Received([], SocketError.SocketError);
        }
    }

    public void FinishSending() => _ending = EndAsync(_inner.FinishSending);

    /// <summary>Ends the connection below, without a word of TLS.</summary>
    public void Cut() => _inner.FinishSending();

    public void Reset() => _inner.Reset();

    public void Close() => _ending = EndAsync(_inner.Close);

    public void Dispose()
    {
        _inner.Dispose();
        _ssl.Dispose();
    }

    private async Task EndAsync(Action then)
    {
        await Handshake.ConfigureAwait(false);
        await _stream.UseAloneAsync(_ssl.ShutdownAsync).ConfigureAwait(false);
        then();
    }
}
