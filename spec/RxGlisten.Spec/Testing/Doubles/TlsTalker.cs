using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using RxGlisten.Spec.Transports.Tls.Doubles;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Doubles;

/// <summary>A simulated client that speaks TLS, and what it and the server said to each other. What it is told to do before its handshake is over, it does then.</summary>
internal sealed class TlsTalker
{
    private readonly MemoryStream _said = new();
    private readonly MemoryStream _heard = new();
    private readonly MemoryStream _told = new();
    private readonly MemoryStream _answered = new();
    private readonly List<Action> _wishes = [];
    private readonly SimulatedStream _stream;
    private readonly SslStream _ssl;
    private readonly Task _run;
    private bool _isReady;
    private bool _finished;

    public TlsTalker(SimulatedClient client)
    {
        Client = client;
        _stream = new SimulatedStream(client);
        _ssl = new SslStream(_stream);
        _run = RunAsync();
    }

    public SimulatedClient Client { get; }

    /// <summary>Its connection, once the server was given it.</summary>
    public IConnection? Connection { get; private set; }

    /// <summary>Whether close_notify has left.</summary>
    public bool SaidGoodbye { get; private set; }

    /// <summary>Whether close_notify came.</summary>
    public bool HeardGoodbye { get; private set; }

    /// <summary>Whether the server's pipeline was given the end of what it receives.</summary>
    public bool ServerSawTheEnd { get; private set; }

    /// <summary>Whether something other than the pipeline ends the connection, so that not all need arrive.</summary>
    public bool IsCut { get; set; }

    public ReadOnlySpan<byte> Said => Written(_said);

    public ReadOnlySpan<byte> Heard => Written(_heard);

    /// <summary>What the server's pipeline was given.</summary>
    public ReadOnlySpan<byte> Told => Written(_told);

    /// <summary>What the server's pipeline sent.</summary>
    public ReadOnlySpan<byte> Answered => Written(_answered);

    /// <summary>Says something, unless it has finished: it does when it hears the server's close_notify.</summary>
    public void Say(byte[] bytes) => WhenReady(() =>
    {
        if (_finished)
            return;
        _said.Write(bytes);
        _ssl.WriteAsync(bytes).AsTask().GetAwaiter().GetResult(); // completed: the stream takes all at once
    });

    /// <summary>Says close_notify, and then FIN.</summary>
    public void Finish() => WhenReady(() =>
    {
        if (_finished)
            return;
        _finished = true;
        _ssl.ShutdownAsync().GetAwaiter().GetResult(); // as above
        SaidGoodbye = true;
        Client.Finish();
    });

    /// <summary>The server's side: its connection, whose bytes are written down.</summary>
    public IObservable<ReadOnlyMemory<byte>> Serve(IConnection connection)
    {
        Connection = connection;
        return System.Reactive.Linq.Observable.Do(connection.Inbound.Bytes(), bytes => _told.Write(bytes.Span), () => ServerSawTheEnd = true);
    }

    public IObservable<ReadOnlyMemory<byte>> Answers(IObservable<ReadOnlyMemory<byte>> replies) =>
        System.Reactive.Linq.Observable.Do(replies, bytes => _answered.Write(bytes.Span));

    /// <summary>Gives back what the framework holds. The client is at its end, or will never come to one.</summary>
    public void Release() => _ssl.Dispose();

    /// <summary>What it failed with that is no fault of the network.</summary>
    public Exception? Bug => _run.Exception?.InnerException;

    private void WhenReady(Action wish)
    {
        if (!_isReady)
        {
            _wishes.Add(wish);
            return;
        }

        try
        {
            wish();
        }
        catch (IOException)
        {
            // The network was faster.
        }
    }

    private async Task RunAsync()
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(TestAuthority.Trusted.Root);
        try
        {
            // A session that is resumed has a shorter handshake, and runs would not be the same.
            await _ssl.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = trust, AllowTlsResume = false })
                .ConfigureAwait(false);
            _isReady = true;
            _wishes.ForEach(WhenReady);
            var buffer = new byte[4096];
            while (await _ssl.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
                _heard.Write(buffer.AsSpan(0, count));
            HeardGoodbye = !_stream.IsAtEnd;
        }
        catch (IOException)
        {
            return;
        }

        if (HeardGoodbye)
            Finish();
    }

    private static ReadOnlySpan<byte> Written(MemoryStream stream) => stream.GetBuffer().AsSpan(0, (int)stream.Length);
}
