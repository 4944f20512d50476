using System.Net;
using System.Net.Sockets;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Listening;

public sealed class ServerAddressSpec
{
    [TestCase("tcp://127.0.0.1:3000", "127.0.0.1", 3000)]
    [TestCase("tcp://0.0.0.0:65535", "0.0.0.0", 65535)]
    [TestCase("tcp://[::1]:3000", "::1", 3000)]
    [TestCase("tcp://[fe80::1%1]:80", "fe80::1%1", 80)]
    [TestCase("tcp://localhost:0", "127.0.0.1", 0)]
    [TestCase("TCP://LocalHost:1", "127.0.0.1", 1)]
    [TestCase("3000", "127.0.0.1", 3000)]
    [TestCase("0", "127.0.0.1", 0)]
    public void An_ip_address_is_read(string address, string ip, int port) =>
        Assert.That(ServerAddress.Parse(address), Is.EqualTo(new IPEndPoint(IPAddress.Parse(ip), port)));

    [Test]
    public void A_star_is_every_address()
    {
        IPAddress any = Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        Assert.That(ServerAddress.Parse("tcp://*:3000"), Is.EqualTo(new IPEndPoint(any, 3000)));
    }

    [TestCase("unix:/run/app.sock", "/run/app.sock")]
    [TestCase("unix:app.sock", "app.sock")]
    [TestCase("unix:@app", "\0app")]
    [TestCase("unix:./@app", "./@app")]
    public void A_unix_address_is_read(string address, string path) =>
        Assert.That(ServerAddress.Parse(address), Is.EqualTo(new UnixDomainSocketEndPoint(path)));

    [TestCase("", "it is empty")]
    [TestCase("http://127.0.0.1:80", "the scheme 'http' is unknown")]
    [TestCase("127.0.0.1:3000", "the scheme is missing")]
    [TestCase("[::1]:3000", "the scheme is missing")]
    [TestCase("abc", "the port 'abc' is not a number")]
    [TestCase("-1", "the port '-1' is not a number")]
    [TestCase("\u0663", "the port '\u0663' is not a number")]
    [TestCase("65536", "the port 65536 is out of range 0..65535")]
    [TestCase("99999999999999999999", "out of range 0..65535")]
    [TestCase("tcp://127.0.0.1:65536", "the port 65536 is out of range 0..65535")]
    [TestCase("tcp://127.0.0.1:+80", "the port '+80' is not a number")]
    [TestCase("tcp://127.0.0.1:80/", "the port '80/' is not a number")]
    [TestCase("tcp://127.0.0.1", "the port is missing")]
    [TestCase("tcp://127.0.0.1:", "the port is missing")]
    [TestCase("tcp://", "the port is missing")]
    [TestCase("tcp://:80", "the host is missing")]
    [TestCase("tcp://[::1]", "the port is missing")]
    [TestCase("tcp://[::1]:", "the port is missing")]
    [TestCase("tcp://[::1]80", "a port was expected after the bracket, not '80'")]
    [TestCase("tcp://[::1:80", "is not closed")]
    [TestCase("tcp://::1:80", "an IPv6 address needs brackets")]
    [TestCase("tcp://[127.0.0.1]:80", "'127.0.0.1' is not an IPv6 address")]
    [TestCase("tcp://[]:80", "'' is not an IPv6 address")]
    [TestCase("tcp://example.org:80", "host names ('example.org') are not looked up")]
    [TestCase("tcp://127.1:80", "'127.1' is not an IPv4 address")]
    [TestCase("tcp://010.0.0.1:80", "'010.0.0.1' is not an IPv4 address")]
    [TestCase("tcp://256.0.0.1:80", "'256.0.0.1' is not an IPv4 address")]
    [TestCase("unix:", "the unix path is empty")]
    [TestCase("unix:@", "the abstract name is empty")]
    [TestCase("unix:/a\0b", "contains a NUL")]
    public void Anything_else_is_refused_with_the_reason(string address, string reason)
    {
        var error = Assert.Throws<FormatException>(() => ServerAddress.Parse(address));
        Assert.That(error!.Message, Does.Contain($"'{address}'").And.Contain(reason).And.Contain("unix:@abstract-name"));
    }

    [TestCase("")]
    [TestCase("@")]
    public void A_unix_path_may_be_as_long_as_the_system_allows_and_no_longer(string prefix)
    {
        int limit = UnixSocketName.MaxBytes;
        Assert.That(ServerAddress.Parse("unix:" + prefix + new string('a', limit)), Is.InstanceOf<UnixDomainSocketEndPoint>());
        var error = Assert.Throws<FormatException>(() => ServerAddress.Parse("unix:" + prefix + new string('a', limit + 1)));
        Assert.That(error!.Message, Does.Contain($"too long; this system takes {limit} bytes at most"));
    }

    [Test]
    public void The_length_of_a_unix_path_is_counted_in_bytes() =>
        Assert.That(
            () => ServerAddress.Parse("unix:" + new string('\u00e9', (UnixSocketName.MaxBytes / 2) + 1)),
            Throws.InstanceOf<FormatException>().With.Message.Contains("too long"));

    [Test]
    public void No_address_is_an_argument_error()
    {
        Assert.That(() => ServerAddress.Parse(null!), Throws.ArgumentNullException);
        Assert.That(() => ServerAddress.Format(null!), Throws.ArgumentNullException);
    }

    [TestCase("tcp://127.0.0.1:3000")]
    [TestCase("tcp://[::1]:3000")]
    [TestCase("tcp://[::]:0")]
    [TestCase("tcp://[fe80::1%1]:80")]
    [TestCase("unix:/run/app.sock")]
    [TestCase("unix:@app")]
    [TestCase("unix:./@app")]
    public void What_is_read_is_written_back(string address)
    {
        Assert.That(ServerAddress.Format(ServerAddress.Parse(address)), Is.EqualTo(address));
    }

    [Test]
    public void A_file_called_at_something_is_not_written_as_an_abstract_name() =>
        Assert.That(ServerAddress.Format(new UnixDomainSocketEndPoint("@app")), Is.EqualTo("unix:./@app"));

    [Test]
    public void A_mapped_address_is_written_as_IPv4() =>
        Assert.That(ServerAddress.Format(new IPEndPoint(IPAddress.Parse("::ffff:10.0.0.1"), 7)), Is.EqualTo("tcp://10.0.0.1:7"));

    // glisten's own cases. RFC 5952: the longest run of zeros is shortened, the first of two that are as long, and a single zero never.
    [TestCase("0:0:0:0:0:0:0:1", "::1")]
    [TestCase("0:0:0:0:0:0:0:0", "::")]
    [TestCase("2001:0DB8:0000:0000:0001:0000:0000:0000", "2001:db8:0:0:1::")]
    [TestCase("2001:db8:0001:1:1:1:0:1", "2001:db8:1:1:1:1:0:1")]
    [TestCase("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1")]
    [TestCase("2001:db8:0:0:0:0:2:1", "2001:db8::2:1")]
    public void An_IPv6_address_has_one_text_however_it_was_written(string address, string canonical)
    {
        var text = $"tcp://[{canonical}]:4242";
        Assert.That(ServerAddress.Format(ServerAddress.Parse($"tcp://[{address}]:4242")), Is.EqualTo(text));

        // ... as the other end of a connection,
        var world = new World();
        var recorder = world.Subscribe(world.Bind());
        world.Connect(address);
        var remote = recorder.Connections.Single().RemoteEndPoint;
        Assert.That(ServerAddress.Format(remote), Is.EqualTo(text));
        Assert.That(remote.ToString(), Is.EqualTo($"[{canonical}]:4242"));

        // ... and as Linux tells it to the event loop.
        if (OperatingSystem.IsLinux())
            Assert.That(ServerAddress.Format(new NativeAddress(remote.Serialize().Buffer.Span).ToEndPoint()), Is.EqualTo(text));
    }

    [TestCase("tcp://[0:0:0:0:0:0:0:1]:0", TransportKind.Automatic)]
    [TestCase("tcp://[0:0:0:0:0:0:0:1]:0", TransportKind.Sockets)]
    [TestCase("tcp://[0:0:0:0:0:0:0:0]:0", TransportKind.Automatic)]
    [TestCase("tcp://[0:0:0:0:0:0:0:0]:0", TransportKind.Sockets)]
    public async Task Both_ends_of_a_connection_over_IPv6_are_written_short(string address, TransportKind transport)
    {
        if (!Socket.OSSupportsIPv6)
            Assert.Ignore("no IPv6 here");
        await using var listener = RxServer.Bind(address, new ServerOptions { Transport = transport });
        var connections = listener.Probe();
        var bound = (IPEndPoint)listener.LocalEndPoint;
        Assert.That(ServerAddress.Format(bound), Is.EqualTo($"tcp://[{(address.Contains(":1]", StringComparison.Ordinal) ? "::1" : "::")}]:{bound.Port}"));
        using var client = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.IPv6Loopback, bound.Port);
        var connection = (await connections.CountAsync(1))[0];
        Assert.That(ServerAddress.Format(connection.LocalEndPoint), Is.EqualTo($"tcp://[::1]:{bound.Port}"));
        Assert.That(ServerAddress.Format(connection.RemoteEndPoint), Is.EqualTo($"tcp://[::1]:{((IPEndPoint)client.LocalEndPoint!).Port}"));
        connection.Abort(); // or stopping would wait for it
    }

    [Test]
    public void An_endpoint_of_another_kind_is_written_as_its_own_text()
    {
        var endpoint = new MemoryNetwork(new TestScheduler()).EndPoint("echo");
        Assert.That(ServerAddress.Format(endpoint), Is.EqualTo("memory:echo"));
    }

    [Test]
    public void A_unix_client_without_a_name_is_written_as_such()
    {
        using var server = ListeningSocket.Open(ServerAddress.Parse($"unix:@{Guid.NewGuid():N}"), Settings.Default);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(server.LocalEndPoint);
        using Socket accepted = server.Socket.Accept();
        Assert.That(ServerAddress.Format(accepted.RemoteEndPoint!), Is.EqualTo("unix:"));
    }
}
