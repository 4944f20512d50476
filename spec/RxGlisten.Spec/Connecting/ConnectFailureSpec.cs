using System.Net;
using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Connecting.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Connecting;

/// <summary>What a client is told when it can't connect.</summary>
public sealed class ConnectFailureSpec
{
    private static readonly IPEndPoint Tcp = new(IPAddress.Loopback, 80);
    private static readonly UnixDomainSocketEndPoint Unix = new("/nowhere/app.sock");

    [TestCase(SocketError.ConnectionRefused, "nobody listens there")]
    [TestCase(SocketError.TimedOut, "there was no answer")]
    [TestCase(SocketError.HostNotFound, "the name has no address")]
    [TestCase(SocketError.NoData, "the name has no address")]
    [TestCase(SocketError.TryAgain, "could not be looked up")]
    [TestCase(SocketError.NoRecovery, "could not be looked up")]
    [TestCase(SocketError.HostUnreachable, "there is no way there")]
    [TestCase(SocketError.NetworkUnreachable, "there is no way there")]
    [TestCase(SocketError.ConnectionReset, "hung up at once")]
    [TestCase(SocketError.AddressNotAvailable, "no free port")]
    [TestCase(SocketError.AccessDenied, "firewall")]
    [TestCase(SocketError.AddressFamilyNotSupported, "(IPEndPoint)")]
    [TestCase(SocketError.TooManyOpenSockets, "Raise its limit")]
    [TestCase(SocketError.NoBufferSpaceAvailable, "See the socket error")]
    public void Every_failure_says_where_why_and_what_to_do(SocketError cause, string advice)
    {
        ConnectException error = ConnectFailure.From(Tcp, cause);
        Assert.That((error.SocketError, error.EndPoint), Is.EqualTo((cause, (EndPoint)Tcp)));
        Assert.That(error.Message, Does.StartWith($"Can't connect to tcp://127.0.0.1:80 ({cause}): ").And.Contain(advice));
        Assert.That(error.InnerException, Is.InstanceOf<SocketException>());
    }

    [TestCase(SocketError.AddressNotAvailable, "there is nothing at that path")]
    [TestCase(SocketError.AccessDenied, "UnixFileMode")]
    [TestCase(SocketError.WouldBlock, "backlog")]
    [TestCase(SocketError.ProtocolType, "not one for streams")]
    [TestCase(SocketError.TooManyOpenSockets, "Raise its limit")]
    public void Unix_sockets_fail_in_ways_of_their_own(SocketError cause, string advice) =>
        Assert.That(ConnectFailure.From(Unix, cause).Message, Does.StartWith($"Can't connect to unix:/nowhere/app.sock ({cause}): ").And.Contain(advice));

    [Test]
    public async Task A_port_that_nobody_listens_on()
    {
        await using var server = new TestServer(Reach.TcpV4());
        await server.Listener.StopAsync(TimeSpan.Zero).Soon();
        var error = await FailAsync(RxClient.Connect(server.Listener.LocalEndPoint));
        Assert.That((error.SocketError, error.Message), Is.EqualTo((SocketError.ConnectionRefused,
            $"Can't connect to tcp://{server.Listener.LocalEndPoint} (ConnectionRefused): nobody listens there. Start the server, or check the address.")));
    }

    [Test]
    public async Task A_name_that_is_none()
    {
        // RFC 6761 keeps the top-level domain free of names.
        var error = await FailAsync(RxClient.Connect("tcp://rxglisten.invalid:1", new ClientOptions { ConnectTimeout = Timeout.InfiniteTimeSpan }));
        Assert.That(error.SocketError, Is.AnyOf(SocketError.HostNotFound, SocketError.NoData, SocketError.TryAgain));
        Assert.That(error.Message, Does.StartWith("Can't connect to tcp://rxglisten.invalid:1 (").And.Contain("the name "));
    }

    [Test]
    public async Task A_server_whose_backlog_is_full_does_not_answer()
    {
        using var full = new FullServer();
        var error = await FailAsync(RxClient.Connect(full.EndPoint, new ClientOptions { ConnectTimeout = TimeSpan.FromMilliseconds(50) }));
        Assert.That(error.SocketError, Is.EqualTo(SocketError.TimedOut));
        Assert.That(error.Message, Does.Contain("within 00:00:00.0500000"));
    }

    [Test]
    public async Task Paths_that_no_server_is_at()
    {
        using var folder = new Folder();
        Assert.That(await MessageOf(folder.Path("none")), Does.Contain("there is nothing at that path"));
        File.WriteAllText(folder.Path("file"), "text");
        Assert.That(await MessageOf(folder.Path("file")), Does.Contain("is not a socket"));
        Assert.That(File.ReadAllText(folder.Path("file")), Is.EqualTo("text"));
        Directory.CreateDirectory(folder.Path("folder"));
        Assert.That(await MessageOf(folder.Path("folder")), Does.Contain("is not a socket"));
        Assert.That(await MessageOf(folder.Path("file/inside")), Does.StartWith("Can't connect to unix:"));
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            socket.Bind(new KeptUnixEndPoint(new UnixDomainSocketEndPoint(folder.Path("stale"))));
        Assert.That(await MessageOf(folder.Path("stale")), Does.Contain("its server is gone"));
        using var datagrams = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        datagrams.Bind(new UnixDomainSocketEndPoint(folder.Path("datagrams")));
        Assert.That(await MessageOf(folder.Path("datagrams")), Does.Contain("not one for streams"));
        Assert.That(await MessageOf($"@{Guid.NewGuid():N}"), Does.Contain("nobody listens on that name"));
    }

    [Test]
    public async Task A_unix_server_whose_backlog_is_full_says_so()
    {
        using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listening.Bind(new UnixDomainSocketEndPoint($"\0{Guid.NewGuid():N}"));
        listening.Listen(1);
        var clients = new List<IConnection>();
        ConnectException? error = null;
        while (error is null)
        {
            var connected = RxClient.Connect(listening.LocalEndPoint!).Probe();
            try
            {
                await connected.EndAsync();
                clients.Add(connected.Items[0]);
            }
            catch (ConnectException refused)
            {
                error = refused;
            }
        }

        clients.ForEach(client => client.Abort());
        Assert.That(error.Message, Does.Contain("more connections waiting than its backlog takes"));
    }

    private static async Task<ConnectException> FailAsync(IObservable<IConnection> client) => (ConnectException)await client.Probe().ErrorAsync();

    private static async Task<string> MessageOf(string path) => (await FailAsync(RxClient.Connect("unix:" + path))).Message;

    private sealed class Folder : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("rxglisten-spec-").FullName;

        public string Path(string name) => System.IO.Path.Combine(_path, name);

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}
