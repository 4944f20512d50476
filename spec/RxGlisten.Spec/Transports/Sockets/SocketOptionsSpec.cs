using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Listening;

namespace RxGlisten.Spec.Transports.Sockets;

/// <summary>Every socket option, read back from the sockets on both sides of a connection.</summary>
public sealed class SocketOptionsSpec
{
    private static readonly KeepAlive Probes = new() { Time = TimeSpan.FromSeconds(77), Interval = TimeSpan.FromSeconds(13), Count = 4 };

    private static readonly string[] Tcp = ["tcp v4", "tcp v6", "tcp v4 over sockets"];
    private static readonly string[] Unix = ["unix", "abstract unix", "unix over sockets"];

    [Test]
    public async Task No_delay([ValueSource(nameof(Tcp))] string kind, [Values] bool noDelay)
    {
        using var pair = await Pair.OfAsync(kind, new ServerOptions { NoDelay = noDelay }, new ClientOptions { NoDelay = noDelay });
        Assert.That((pair.Accepted.NoDelay, pair.Connected.NoDelay), Is.EqualTo((noDelay, noDelay)));
    }

    [TestCaseSource(nameof(Tcp))]
    public async Task Keep_alive(string kind)
    {
        using var pair = await Pair.OfAsync(kind, new ServerOptions { KeepAlive = Probes }, new ClientOptions { KeepAlive = Probes });
        foreach (var socket in pair.Both)
        {
            Assert.That(Option(socket, SocketOptionLevel.Socket, SocketOptionName.KeepAlive), Is.Not.Zero);
            Assert.That(Option(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime), Is.EqualTo(77));
            Assert.That(Option(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval), Is.EqualTo(13));
            Assert.That(Option(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount), Is.EqualTo(4));
        }
    }

    [Test]
    public async Task Kernel_buffers([Values("tcp v4", "tcp v6", "unix", "abstract unix", "tcp v4 over sockets", "unix over sockets")] string kind)
    {
        const int Send = 40_000;
        const int Receive = 50_000;
        using var pair = await Pair.OfAsync(
            kind,
            new ServerOptions { KernelSendBufferBytes = Send, KernelReceiveBufferBytes = Receive },
            new ClientOptions { KernelSendBufferBytes = Send, KernelReceiveBufferBytes = Receive });
        var factor = OperatingSystem.IsLinux() ? 2 : 1; // socket(7): doubled, to allow for bookkeeping
        foreach (var socket in pair.Both)
            Assert.That((socket.SendBufferSize, socket.ReceiveBufferSize), Is.EqualTo((factor * Send, factor * Receive)));
    }

    [TestCaseSource(nameof(Tcp))]
    public async Task What_is_on_by_default(string kind)
    {
        using var pair = await Pair.OfAsync(kind, new ServerOptions(), new ClientOptions());
        foreach (var socket in pair.Both)
        {
            Assert.That(socket.NoDelay);
            Assert.That(Option(socket, SocketOptionLevel.Socket, SocketOptionName.KeepAlive), Is.Zero);
            Assert.That(socket.LingerState!.Enabled, Is.False, "the library lingers by itself, without blocking");
        }
    }

    [Test]
    public void Buffers_that_nobody_asked_for_are_left_alone()
    {
        using var touched = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var fresh = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        SocketTuning.Apply(touched, new ConnectSettings(new ClientOptions()));
        Assert.That((touched.SendBufferSize, touched.ReceiveBufferSize), Is.EqualTo((fresh.SendBufferSize, fresh.ReceiveBufferSize)));
    }

    [TestCaseSource(nameof(Unix))]
    public async Task Unix_sockets_have_nothing_to_probe_and_never_wait_and_take_the_options_all_the_same(string kind)
    {
        using var pair = await Pair.OfAsync(
            kind, new ServerOptions { KeepAlive = Probes, NoDelay = false }, new ClientOptions { KeepAlive = Probes, NoDelay = false });
        foreach (var socket in pair.Both)
            Assert.That(Option(socket, SocketOptionLevel.Socket, SocketOptionName.KeepAlive), Is.Zero);
    }

    [TestCase(true)]
    [TestCase(false)]
    [Platform(Exclude = "Win", Reason = "Windows binds over lingering connections whatever is asked")]
    public void Reuse_address(bool reuse)
    {
        using var server = ListeningSocket.Open(new IPEndPoint(IPAddress.Loopback, 0), Settings.Default with { ReuseAddress = reuse });
        Assert.That(Raw(server.Socket, level: 1, name: 2), Is.EqualTo(reuse ? 1 : 0), "SO_REUSEADDR");
        Assert.That(Raw(server.Socket, level: 1, name: 15), Is.Zero, "SO_REUSEPORT would share the port with others");
    }

    [TestCase(1024)]
    [TestCase(7)]
    [Platform("Linux", Reason = "It reads the backlog from TCP_INFO.")]
    public void Backlog(int backlog)
    {
        using var server = ListeningSocket.Open(new IPEndPoint(IPAddress.Loopback, 0), new TransportSettings(new ServerOptions { Backlog = backlog }));
        var information = new byte[64];
        server.Socket.GetRawSocketOption(6, 11, information); // tcp(7): of a listening socket, tcpi_sacked is the backlog
        var most = int.Parse(File.ReadAllText("/proc/sys/net/core/somaxconn"));
        Assert.That(BinaryPrimitives.ReadInt32LittleEndian(information.AsSpan(28)), Is.EqualTo(Math.Min(backlog, most)));
        Assert.That(new ServerOptions().Backlog, Is.EqualTo(1024));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Dual_mode(bool dualMode)
    {
        using var server = ListeningSocket.Open(new IPEndPoint(IPAddress.IPv6Any, 0), Settings.Default with { DualMode = dualMode });
        Assert.That(server.Socket.DualMode, Is.EqualTo(dualMode));
    }

    private static int Option(Socket socket, SocketOptionLevel level, SocketOptionName name) => (int)socket.GetSocketOption(level, name)!;

    private static int Raw(Socket socket, int level, int name)
    {
        var value = new byte[4];
        socket.GetRawSocketOption(level, name, value);
        return BitConverter.ToInt32(value);
    }

    private sealed class Pair(TestServer server, Reach reach, IConnection accepted, IConnection connected) : IDisposable
    {
        public Socket Accepted { get; } = SocketOf(((Connection)accepted).Transport);

        public Socket Connected { get; } = SocketOf(((Connection)connected).Transport);

        public Socket[] Both => [Accepted, Connected];

        public static async Task<Pair> OfAsync(string kind, ServerOptions server, ClientOptions client)
        {
            var reach = Reaches.Of(kind);
            var listening = new TestServer(reach, server);
            var connected = await listening.DialAsync(client);
            return new Pair(listening, reach, await listening.AcceptAsync(), connected);
        }

        public void Dispose()
        {
            accepted.Abort();
            connected.Abort();
            server.Listener.Unbind();
            reach.Dispose();
        }

        private static Socket SocketOf(ITransportConnection connection) => connection is SocketConnection portable
            ? Inner(portable)
            : new Socket(new SafeSocketHandle(Inner((EventLoopConnection)connection).Number, ownsHandle: false));

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_socket")]
        private static extern ref Socket Inner(SocketConnection connection);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_descriptor")]
        private static extern ref Descriptor Inner(EventLoopConnection connection);
    }
}
