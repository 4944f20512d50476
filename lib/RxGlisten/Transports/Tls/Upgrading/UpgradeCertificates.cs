using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>What is made of the certificates of options, kept as long as these are: making it anew for each upgrade would cost more than the handshake, and resume no session.</summary>
internal sealed class UpgradeCertificates
{
    private readonly ConditionalWeakTable<TlsOptions, Made> _made = [];
    private readonly Lock _gate = new();

    /// <summary>The TLS of these options, with their certificates as they are, or were less than a reload interval ago.</summary>
    /// <exception cref="TlsCertificateException">There is no certificate.</exception>
    public TlsServer Of(TlsOptions options, Connection connection)
    {
        var now = connection.Settings.Clock.Now;
        lock (_gate)
        {
            if (_made.TryGetValue(options, out var made)
                && (options.ReloadInterval == Timeout.InfiniteTimeSpan || now - made.At < options.ReloadInterval))
                return made.Server;
            var log = QuietLogger.Of(connection.Settings.Options.LoggerFactory, TlsLog.Category);
            TlsServer server;
            try
            {
                server = TlsServer.OfNow(options, log);
            }
            catch (TlsCertificateException e) when (made is not null)
            {
                server = made.Server; // as a listener would go on with it
                TlsLog.CertificateRefused(log, "upgrades", e);
            }

            _made.AddOrUpdate(options, new Made(server, now));
            return server;
        }
    }

    private sealed record Made(TlsServer Server, TimeSpan At);
}
