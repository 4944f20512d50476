using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Listening;

public sealed class TcpListeningSpec
{
    private static readonly IPEndPoint AnyLoopbackPort = new(IPAddress.Loopback, 0);

    [Test]
    public void Port_0_becomes_a_real_port_that_takes_connections()
    {
        using var server = ListeningSocket.Open(AnyLoopbackPort, Settings.Default);
        Assert.That(((IPEndPoint)server.LocalEndPoint).Port, Is.Not.Zero);
        using Socket client = Connect(server.LocalEndPoint);
        using Socket accepted = server.Socket.Accept();
        Assert.That(accepted.RemoteEndPoint, Is.EqualTo(client.LocalEndPoint));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_port_in_use_is_refused_with_what_to_do(bool reuseAddress)
    {
        TransportSettings settings = Settings.Default with { ReuseAddress = reuseAddress };
        using var first = ListeningSocket.Open(AnyLoopbackPort, settings);
        var error = Assert.Throws<ListenException>(() => ListeningSocket.Open(first.LocalEndPoint, settings));
        Assert.Multiple(() =>
        {
            Assert.That(error!.SocketError, Is.EqualTo(SocketError.AddressAlreadyInUse));
            Assert.That(error.EndPoint, Is.EqualTo(first.LocalEndPoint));
            Assert.That(error.Message, Does.Contain($"tcp://{first.LocalEndPoint}").And.Contain("in use").And.Contain("choose another port"));
            Assert.That(error.InnerException, Is.InstanceOf<SocketException>());
        });
    }

    [Test]
    public void A_closed_port_can_be_bound_again_while_old_connections_linger()
    {
        EndPoint used = LeaveConnectionLingering();
        using var again = ListeningSocket.Open(used, Settings.Default);
        Assert.That(again.LocalEndPoint, Is.EqualTo(used));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows binds over lingering connections whatever is asked")]
    public void Without_ReuseAddress_lingering_connections_keep_the_port()
    {
        TransportSettings settings = Settings.Default with { ReuseAddress = false };
        EndPoint used = LeaveConnectionLingering();
        Assert.That(
            () => ListeningSocket.Open(used, settings).Dispose(),
            Throws.InstanceOf<ListenException>().With.Property(nameof(ListenException.SocketError)).EqualTo(SocketError.AddressAlreadyInUse));
    }

    [Test]
    public void An_address_of_no_interface_is_refused_with_what_to_do()
    {
        var foreign = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0); // TEST-NET-1, RFC 5737
        var error = Assert.Throws<ListenException>(() => ListeningSocket.Open(foreign, Settings.Default));
        Assert.That(error!.SocketError, Is.EqualTo(SocketError.AddressNotAvailable));
        Assert.That(error.Message, Does.Contain("tcp://192.0.2.1:0").And.Contain("no interface of this machine"));
    }

    [TestCase(SocketError.AddressAlreadyInUse, "port 0")]
    [TestCase(SocketError.AccessDenied, "Ports under 1024")]
    [TestCase(SocketError.AddressNotAvailable, "no interface")]
    [TestCase(SocketError.AddressFamilyNotSupported, "does not support")]
    [TestCase(SocketError.TooManyOpenSockets, "Raise its limit")]
    [TestCase(SocketError.NetworkDown, "(NetworkDown)")]
    public void Every_failure_says_where_why_and_what_to_do(SocketError cause, string advice)
    {
        ListenException error = ListenFailure.From(new IPEndPoint(IPAddress.Loopback, 80), new SocketException((int)cause));
        Assert.That(error.SocketError, Is.EqualTo(cause));
        Assert.That(error.Message, Does.Contain("tcp://127.0.0.1:80").And.Contain(advice).And.Contain($"({cause})"));
    }

    [Test]
    public void An_endpoint_of_another_kind_is_an_argument_error_that_names_the_kinds() =>
        Assert.That(
            () => ListeningSocket.Open(new DnsEndPoint("localhost", 0), Settings.Default),
            Throws.ArgumentException.With.Message.Contains("IPEndPoint").And.Message.Contains("UnixDomainSocketEndPoint"));

    [Test]
    public void IPv6_loopback_takes_connections()
    {
        IgnoreWithoutIPv6();
        using var server = ListeningSocket.Open(new IPEndPoint(IPAddress.IPv6Loopback, 0), Settings.Default);
        using Socket client = Connect(server.LocalEndPoint);
        Assert.That(client.Connected);
    }

    [Test]
    public void In_dual_mode_the_IPv6_any_address_takes_IPv4_as_well()
    {
        IgnoreWithoutIPv6();
        using var server = ListeningSocket.Open(new IPEndPoint(IPAddress.IPv6Any, 0), Settings.Default);
        using Socket client = Connect(new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)server.LocalEndPoint).Port));
        Assert.That(client.Connected);
    }

    [Test]
    public void Without_dual_mode_the_IPv6_any_address_leaves_IPv4_alone()
    {
        IgnoreWithoutIPv6();
        using var server = ListeningSocket.Open(new IPEndPoint(IPAddress.IPv6Any, 0), Settings.Default with { DualMode = false });
        var overIPv4 = new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)server.LocalEndPoint).Port);
        Assert.That(
            () => Connect(overIPv4).Dispose(),
            Throws.InstanceOf<SocketException>().With.Property("SocketErrorCode").EqualTo(SocketError.ConnectionRefused));
    }

    [Test]
    public void A_mapped_address_is_bound_as_IPv4()
    {
        using var server = ListeningSocket.Open(new IPEndPoint(IPAddress.Loopback.MapToIPv6(), 0), Settings.Default);
        Assert.That(((IPEndPoint)server.LocalEndPoint).Address, Is.EqualTo(IPAddress.Loopback));
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [Platform("Linux")]
    public void Accepted_sockets_inherit_NoDelay(bool noDelay, bool reuseAddress)
    {
        TransportSettings settings = Settings.Default with { NoDelay = noDelay, ReuseAddress = reuseAddress };
        using var server = ListeningSocket.Open(AnyLoopbackPort, settings);
        using Socket client = Connect(server.LocalEndPoint);
        using Socket accepted = server.Socket.Accept();
        Assert.That(accepted.NoDelay, Is.EqualTo(noDelay));
    }

    [Test]
    public void Disposing_closes_the_port()
    {
        var server = ListeningSocket.Open(AnyLoopbackPort, Settings.Default);
        server.Dispose();
        server.Dispose();
        Assert.That(() => Connect(server.LocalEndPoint).Dispose(), Throws.InstanceOf<SocketException>());
    }

    [Test]
    [NonParallelizable]
    [Platform("Linux")]
    public void A_failed_bind_leaks_no_descriptor()
    {
        using var first = ListeningSocket.Open(AnyLoopbackPort, Settings.Default);
        int before = OpenSockets.Count();
        for (int i = 0; i < 50; i++) Assert.Throws<ListenException>(() => ListeningSocket.Open(first.LocalEndPoint, Settings.Default));
        Assert.That(OpenSockets.Count(), Is.LessThan(before + 25), "50 failures would have left 50; other fixtures may open a few");
    }

    // The side that closes first is the one that lingers (TIME_WAIT, RFC 9293 section 3.6).
    private static EndPoint LeaveConnectionLingering()
    {
        using var server = ListeningSocket.Open(AnyLoopbackPort, Settings.Default);
        using Socket client = Connect(server.LocalEndPoint);
        using (Socket accepted = server.Socket.Accept()) accepted.Shutdown(SocketShutdown.Both);
        Assert.That(client.Receive(new byte[1]), Is.Zero);
        return server.LocalEndPoint;
    }

    private static Socket Connect(EndPoint endpoint)
    {
        var client = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            client.Connect(endpoint);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static void IgnoreWithoutIPv6()
    {
        if (!Socket.OSSupportsIPv6) Assert.Ignore("no IPv6 here");
    }
}
