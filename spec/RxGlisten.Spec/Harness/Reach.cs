using System.Net;
using System.Net.Sockets;
using System.Reactive.Concurrency;
using RxGlisten.Spec.Transports;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Harness;

/// <summary>A kind of endpoint that servers are specified on, and how its clients connect.</summary>
internal abstract class Reach : IDisposable
{
    /// <summary>What carries the bytes, where the endpoint does not say.</summary>
    public TransportKind Transport { get; init; }

    /// <summary>What its servers encrypt with; null for plain bytes.</summary>
    public virtual TlsOptions? Tls => null;

    public static Reach TcpV4(TransportKind transport = TransportKind.Automatic) =>
        new SocketReach(() => new IPEndPoint(IPAddress.Loopback, 0)) { Transport = transport };

    public static Reach TcpV6() => new SocketReach(() => new IPEndPoint(IPAddress.IPv6Loopback, 0));

    public static Reach Unix(TransportKind transport = TransportKind.Automatic) => new UnixReach { Transport = transport };

    public static Reach AbstractUnix() => new SocketReach(() => new UnixDomainSocketEndPoint($"\0rxglisten-spec-{Guid.NewGuid():N}"));

    public static Reach Memory() => new MemoryReach();

    /// <summary>TLS over another kind; its clients' is the framework's.</summary>
    public static Reach Encrypted(Reach below) => new TlsReach(below) { Transport = below.Transport };

    /// <summary>An endpoint that nobody listens on.</summary>
    public abstract EndPoint Fresh();

    /// <summary>Connects a client.</summary>
    public abstract Task<ITestPeer> ConnectAsync(EndPoint endpoint);

    public virtual void Dispose()
    {
    }

    private class SocketReach(Func<EndPoint> fresh) : Reach
    {
        public override EndPoint Fresh() => fresh();

        public override async Task<ITestPeer> ConnectAsync(EndPoint endpoint) => await SocketPeer.ConnectAsync(endpoint).Soon();
    }

    private sealed class UnixReach : SocketReach
    {
        private readonly string _folder;

        public UnixReach()
            : this(Directory.CreateTempSubdirectory("rxglisten-spec-").FullName)
        {
        }

        private UnixReach(string folder)
            : base(() => new UnixDomainSocketEndPoint(Path.Combine(folder, Guid.NewGuid().ToString("N")[..8]))) => _folder = folder;

        public override void Dispose()
        {
            base.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }

    private sealed class TlsReach(Reach below) : Reach
    {
        public override TlsOptions? Tls { get; } = TlsOptions.FromCertificate(TestAuthority.Localhost);

        public override EndPoint Fresh() => below.Fresh();

        public override async Task<ITestPeer> ConnectAsync(EndPoint endpoint) => new TlsPeer(await below.ConnectAsync(endpoint));

        public override void Dispose()
        {
            base.Dispose();
            below.Dispose();
        }
    }

    private sealed class MemoryReach : Reach
    {
        private readonly MemoryNetwork _network = new(Scheduler.Default);
        private int _names;

        public override EndPoint Fresh() => _network.EndPoint($"server-{Interlocked.Increment(ref _names)}");

        public override Task<ITestPeer> ConnectAsync(EndPoint endpoint) =>
            Task.FromResult<ITestPeer>(new TransportPeer(_network.Connect((MemoryEndPoint)endpoint)));
    }
}
