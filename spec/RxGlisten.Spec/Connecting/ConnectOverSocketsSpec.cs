using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Connecting.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Connecting;

/// <summary>What only real sockets show: names with several addresses, descriptors, other makes of servers.</summary>
[NonParallelizable]
public sealed class ConnectOverSocketsSpec
{
    [Test]
    public async Task A_name_is_looked_up()
    {
        await using var server = new TestServer(Reach.TcpV4());
        var port = ((IPEndPoint)server.Listener.LocalEndPoint).Port;
        var connected = RxClient.Connect($"tcp://localhost:{port}").Probe();
        var client = (await connected.CountAsync(1))[0];
        var accepted = await server.AcceptAsync();
        Assert.That(client.RemoteEndPoint, Is.EqualTo(server.Listener.LocalEndPoint));
        Assert.That(accepted.RemoteEndPoint, Is.EqualTo(client.LocalEndPoint));
        client.Dispose();
    }

    [Test]
    public async Task Addresses_of_both_families_are_tried_in_their_order()
    {
        await using var server = new TestServer(Reach.TcpV4());
        var port = ((IPEndPoint)server.Listener.LocalEndPoint).Port;
        ValueTask<ConnectResult> Connect(EndPoint address) =>
            SocketConnector.ConnectAsync(address, new ConnectSettings { NoDelay = true }, CancellationToken.None);
        IPAddress[] both = [IPAddress.IPv6Loopback, IPAddress.Loopback];
        var second = await EndPointResolution.ConnectToFirstAsync(both, port, Connect).Soon();
        Assert.That(second.Connection!.RemoteEndPoint, Is.EqualTo(server.Listener.LocalEndPoint), "nobody listens on the first");

        await using var sixth = new TestServer(Reach.TcpV6());
        var first = await EndPointResolution.ConnectToFirstAsync(both, ((IPEndPoint)sixth.Listener.LocalEndPoint).Port, Connect).Soon();
        Assert.That(first.Connection!.RemoteEndPoint, Is.EqualTo(sixth.Listener.LocalEndPoint));

        IPAddress[] nowhere = [IPAddress.Parse("::ffff:0:0"), IPAddress.IPv6Loopback];
        var none = await EndPointResolution.ConnectToFirstAsync(nowhere, port, Connect).Soon();
        Assert.That((none.Connection, none.Error), Is.EqualTo(((ITransportConnection?)null, SocketError.ConnectionRefused)), "the last one's error");
        second.Connection.Abort();
        first.Connection.Abort();
    }

    [Test]
    public async Task An_IPv4_address_mapped_into_IPv6_is_connected_to_as_IPv4()
    {
        await using var server = new TestServer(Reach.TcpV4());
        var mapped = new IPEndPoint(IPAddress.Loopback.MapToIPv6(), ((IPEndPoint)server.Listener.LocalEndPoint).Port);
        var client = (await RxClient.Connect(mapped).Probe().CountAsync(1))[0];
        Assert.That(client.RemoteEndPoint, Is.EqualTo(server.Listener.LocalEndPoint));
        client.Dispose();
    }

    [Test]
    public async Task A_port_that_nobody_listens_on_is_never_connected_to_itself()
    {
        // TCP lets a socket connect to itself when the system chooses for it the very port that it connects to (simultaneous open, RFC 9293, 3.5). Linux
        // chooses ports of one parity for connecting: one that a client was given is of that parity, and its turn comes.
        await using var server = new TestServer(Reach.TcpV4());
        var given = await server.DialAsync();
        var target = new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)given.LocalEndPoint).Port);
        given.Abort();
        for (var i = 0; i < 20_000; i++)
        {
            var result = await SocketTransport.Instance.ConnectAsync(target, new ConnectSettings { NoDelay = true }, CancellationToken.None);
            if (result.Connection is null)
                continue;
            Assert.That(result.Connection.LocalEndPoint, Is.Not.EqualTo(target));
            result.Connection.Abort();
        }
    }

    [Test]
    [Platform("Linux", Reason = "It counts descriptors in /proc.")]
    public async Task Neither_leaving_nor_failing_nor_closing_leaks_a_descriptor()
    {
        using var full = new FullServer();
        using var reach = Reach.Unix();
        await using var unix = new TestServer(reach, serve: listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe());
        await using var tcp = new TestServer(Reach.TcpV4(), serve: listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe());
        await using var gone = new TestServer(Reach.TcpV4());
        await gone.Listener.StopAsync(TimeSpan.Zero).Soon();
        await RoundAsync(5);
        await Patience.UntilAsync(() => unix.Listener.Connections.Count + tcp.Listener.Connections.Count == 0, "all were closed");
        var before = OpenSockets.Count();
        await RoundAsync(100);
        await Patience.UntilAsync(() => unix.Listener.Connections.Count + tcp.Listener.Connections.Count == 0, "all were closed");
        await Patience.UntilAsync(() => OpenSockets.Count() <= before, $"there were no more than {before} sockets");

        async Task RoundAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var connecting = RxClient.Connect(full.EndPoint).Probe();
                if (i % 2 == 0)
                    await Task.Yield(); // at one point or another of its way
                connecting.Dispose();
                await RxClient.Connect(full.EndPoint, new ClientOptions { ConnectTimeout = TimeSpan.FromMilliseconds(1) }).Probe().ErrorAsync();
                await RxClient.Connect(gone.Listener.LocalEndPoint).Probe().ErrorAsync();
                RxClient.Connect(tcp.Listener.LocalEndPoint).Probe(connection => connection.Dispose()).Dispose();
                foreach (var endpoint in new[] { unix.Listener.LocalEndPoint, tcp.Listener.LocalEndPoint })
                {
                    var client = (await RxClient.Connect(endpoint).Probe().CountAsync(1))[0];
                    client.Dispose();
                    await client.Closed.Soon();
                }
            }
        }
    }
}
