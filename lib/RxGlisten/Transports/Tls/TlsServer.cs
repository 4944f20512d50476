using System.Net;
using System.Net.Security;
using System.Reactive.Disposables;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>The TLS of a listener: its certificates as they are now, and the handshakes that use them.</summary>
internal sealed class TlsServer : IDisposable
{
    private readonly CompositeDisposable _following = [];
    private readonly Dictionary<string, LiveCertificate> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly LiveCertificate _default;
    private readonly ILogger _log;

    /// <summary>Takes up the certificates.</summary>
    /// <param name="options">Validated.</param>
    /// <param name="watch">Looks after files; null when they are not looked after.</param>
    /// <param name="log">Where new certificates are told of, and bad ones.</param>
    /// <exception cref="TlsCertificateException">There is no certificate to begin with.</exception>
    public TlsServer(TlsOptions options, FileWatch? watch, ILogger log)
    {
        _log = log;
        try
        {
            _default = Follow(options.Certificate, "any name");
            foreach (var (name, certificate) in options.ServerNames)
                _names.Add(name, Follow(certificate, name));
        }
        catch
        {
            _following.Dispose();
            throw;
        }

        LiveCertificate Follow(TlsCertificate certificate, string name)
        {
            var live = new LiveCertificate(options, name, log);
            var following = certificate.Source.Follow(live, watch);
            _following.Add(Disposable.Create(() => Leave(following)));
            return live;
        }
    }

    /// <summary>The TLS of a server with these options, which have it.</summary>
    /// <exception cref="TlsCertificateException">There is no certificate to begin with.</exception>
    public static TlsServer Of(ServerOptions options, Clock clock, ITransportExecutor executor)
    {
        var tls = options.Tls!; // the caller has looked
        var watch = tls.ReloadInterval == Timeout.InfiniteTimeSpan ? null : new FileWatch(clock, executor, tls.ReloadInterval);
        return new TlsServer(tls, watch, QuietLogger.Of(options.LoggerFactory, TlsLog.Category));
    }

    /// <summary>The TLS of options with the certificates as they are now, which follows none.</summary>
    /// <exception cref="TlsCertificateException">There is no certificate.</exception>
    public static TlsServer OfNow(TlsOptions options, ILogger log)
    {
        var server = new TlsServer(options, null, log);
        server.Dispose();
        return server;
    }

    /// <summary>A handshake failed.</summary>
    public void ReportHandshake(Connection connection, CloseReason reason) =>
        TlsLog.HandshakeFailed(_log, connection.Id, reason.Kind, reason.Detail, reason.Error);

    /// <summary>... that of a connection without books.</summary>
    public void ReportHandshake(EndPoint peer, CloseReason reason) => TlsLog.HandshakeWithFailed(_log, peer, reason.Kind, reason.Detail, reason.Error);

    /// <summary>A connection whose handshake is still to be made.</summary>
    public TlsConnection Wrap(ITransportConnection accepted) => new(accepted, Authenticate);

    /// <summary>No more changes. What the user's sequences throw at that is logged.</summary>
    public void Dispose() => _following.Dispose();

    private void Leave(IDisposable following)
    {
        try
        {
            following.Dispose();
        }
        catch (Exception e)
        {
            TlsLog.LeavingFailed(_log, e);
        }
    }

    private Task Authenticate(SslStream ssl) =>
        ssl.AuthenticateAsServerAsync(static (_, hello, server, _) => new(((TlsServer)server!).OptionsFor(hello.ServerName)), this); // it passes itself

    private SslServerAuthenticationOptions OptionsFor(string name)
    {
        if (_names.Count == 0 || name.Length == 0)
            return _default.Options;
        if (_names.TryGetValue(name, out var exact))
            return exact.Options;
        var dot = name.IndexOf('.');
        return dot > 0 && _names.TryGetValue(string.Concat("*", name.AsSpan(dot)), out var wild) ? wild.Options : _default.Options;
    }
}
