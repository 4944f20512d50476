using System.Net;
using System.Net.Sockets;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Docs;

/// <summary>The snippets of docs/glisten.md: what glisten does, done here.</summary>
public sealed class GlistenSpec
{
    [Test]
    public async Task A_handler()
    {
        var ticks = new Subject<Message>();
        var others = new Subject<Message>();
        var closings = new Probe<(int, CloseKind)>();
        await using var listener = RxServer.Bind("tcp://127.0.0.1:0");
        using var serving = Handle(listener, ticks, (count, ended) => closings.OnNext((count, ended.Reason.Kind))).Subscribe();
        foreach (var (message, kind) in new (Message, CloseKind)[]
        {
            (new UserMessage<Quit>(new Quit()), CloseKind.LocalClosed),
            (new UserMessage<Broken>(new Broken("no more disk")), CloseKind.HandlerFault),
        })
        {
            using var peer = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
            await peer.SendAsync("hello"u8.ToArray()).Soon();
            Assert.That((await peer.ReceiveAsync().Soon()).Bytes, Is.EqualTo("hello"u8.ToArray()));
            ticks.OnNext(new UserMessage<Watch>(new Watch(others)));
            await Patience.UntilAsync(() => others.HasObservers, "it watches the others");
            Assert.That(ticks.HasObservers, Is.False);
            others.OnNext(new UserMessage<string>("news"));
            Assert.That((await peer.ReceiveAsync().Soon()).Bytes, Is.EqualTo("news"u8.ToArray()));
            others.OnNext(message);
            Assert.That((await peer.ReadToEndAsync().Soon()).Bytes, Is.Empty);
            peer.FinishSending();
        }

        Assert.That(await closings.CountAsync(2), Is.EqualTo(new[] { (1, CloseKind.LocalClosed), (1, CloseKind.HandlerFault) }));
    }

    private static IObservable<ConnectionClosed> Handle(IListener listener, IObservable<Message> ticks, Action<int, ConnectionClosed> report)
    {
        // snippet: glisten-handler
        return listener.Handle(
            connection => (0, ticks),
            (count, message, connection) =>
            {
                switch (message)
                {
                    case Packet packet:
                        connection.Outbound.OnNext(packet.Data);
                        return Next.Continue(count + 1);
                    case UserMessage<Watch> watch:
                        return Next.Continue(count)
                            .WithUser(watch.Value.Messages);
                    case UserMessage<Broken> broken:
                        return Next.StopAbnormal(broken.Value.Why);
                    case UserMessage<string> news:
                        connection.Outbound.OnNext(Encoding.UTF8.GetBytes(news.Value));
                        return Next.Continue(count);
                    default:
                        return Next.Stop();
                }
            },
            onClose: (count, ended) => report(count, ended),
            rescue: Rescue.Continue);
        // end
    }

    [Test]
    public async Task An_echo_from_a_pool_of_one()
    {
        const string address = "tcp://127.0.0.1:0";
        // snippet: glisten-pool
        var options = new ServerOptions { Acceptors = 1 };
        await using var listener = RxServer.Bind(address, options);
        using var serving = listener.Handle(
            connection => 0,
            (state, message, connection) =>
            {
                connection.Outbound.OnNext(((Packet)message).Data);
                return Next.Continue(state);
            }).Subscribe();
        // end
        using var client = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        await client.SendAsync("hi mom"u8.ToArray()).Soon();
        Assert.That((await client.ReceiveAsync().Soon()).Bytes, Is.EqualTo("hi mom"u8.ToArray()));
    }

    [Test]
    public void Addresses()
    {
        // snippet: glisten-addresses
        EndPoint[] addresses =
        [
            ServerAddress.Parse("3000"),                      // loopback
            ServerAddress.Parse("tcp://*:3000"),              // everywhere, IPv4 and IPv6
            ServerAddress.Parse("tcp://[2001:db8::1]:3000"),
            new IPEndPoint(IPAddress.Loopback, 3000),
            ServerAddress.Parse("unix:/run/app.sock"),
            ServerAddress.Parse("unix:@app"),                 // abstract
        ];
        var ipv6Only = new ServerOptions { DualMode = false };
        // end
        Assert.That(addresses.Select(ServerAddress.Format), Is.EqualTo(new[]
        {
            "tcp://127.0.0.1:3000", "tcp://[::]:3000", "tcp://[2001:db8::1]:3000", "tcp://127.0.0.1:3000", "unix:/run/app.sock", "unix:@app",
        }));
        Assert.That(new ServerOptions().DualMode && !ipv6Only.DualMode);
    }

    [TestCase("0")]
    [TestCase("tcp://*:0", "127.0.0.1", "[::1]")]
    [TestCase("tcp://[::1]:0")]
    [TestCase("unix:glisten.sock")]
    [TestCase("unix:@rxglisten-docs-addresses")]
    public async Task Each_kind_of_address_is_bound(string address, params string[] hosts)
    {
        var folder = Directory.CreateTempSubdirectory("rxglisten-spec-");
        try
        {
            address = address.Replace("unix:g", $"unix:{folder.FullName}/g", StringComparison.Ordinal);
            await using var listener = RxServer.Bind(address);
            using var serving = listener.Serve(connection => connection.Inbound.Bytes()).Subscribe();
            var bound = ServerAddress.Format(listener.LocalEndPoint);
            if (address.StartsWith("unix", StringComparison.Ordinal))
                Assert.That(bound, Is.EqualTo(address));
            var targets = hosts.Length == 0 ? [bound] : hosts.Select(host => $"tcp://{host}:{((IPEndPoint)listener.LocalEndPoint).Port}");
            foreach (var target in targets)
            {
                using var client = await SocketPeer.ConnectAsync(ServerAddress.Parse(target)).Soon();
                await client.SendAsync("hi mom"u8.ToArray()).Soon();
                Assert.That(await client.ReadExactlyAsync(6).Soon(), Is.EqualTo("hi mom"u8.ToArray()), target);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public void Canonical_text_of_addresses()
    {
        // snippet: glisten-format
        var address = IPAddress.Parse("2001:db8:0:0:1:0:0:0");
        var text = ServerAddress.Format(new IPEndPoint(address, 3000));
        // end
        Assert.That(text, Is.EqualTo("tcp://[2001:db8:0:0:1::]:3000"));
    }

    [Test]
    public async Task Names_of_both_ends()
    {
        var told = new Probe<(EndPoint, EndPoint)>();
        // snippet: glisten-info
        await using var listener = RxServer.Bind("tcp://127.0.0.1:0");
        var port = ((IPEndPoint)listener.LocalEndPoint).Port; // the real one
        using var serving = listener.Subscribe(connection =>
            told.OnNext((connection.LocalEndPoint, connection.RemoteEndPoint)));
        // end
        Assert.That(port, Is.Not.Zero);
        using var client = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        Assert.That((await told.CountAsync(1))[0], Is.EqualTo((listener.LocalEndPoint, client.LocalEndPoint)));
        await listener.StopAsync(TimeSpan.Zero); // nobody reads, so that nobody sees the client leave
    }

    [Test]
    public async Task Active_states()
    {
        var worker = new Subject<IDisposable>();
        var held = new Probe<IDisposable>().On(worker);
        // snippet: glisten-active
        var options = new ServerOptions { FlowControl = FlowControl.Count(2) };
        await using var listener = RxServer.Bind("tcp://127.0.0.1:0", options);
        using var serving = listener.Handle(
            connection => 0,
            (count, message, connection) =>
            {
                // Two packets may be on hold; then reading stops.
                var hold = ((Packet)message).Hold();
                worker.OnNext(hold); // which disposes it when it is done
                return Next.Continue(count + 1);
            }).Subscribe();
        // end
        using var client = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        for (var i = 1; i <= 2; i++)
        {
            await client.SendAsync("x"u8.ToArray()).Soon();
            await held.CountAsync(i);
        }

        await client.SendAsync("x"u8.ToArray()).Soon();
        await EveryLoopHasTurnedAsync();
        Assert.That(held.Items, Has.Count.EqualTo(2));
        held.Items[0].Dispose();
        await held.CountAsync(3);
    }

    [Test]
    public async Task A_supervised_server()
    {
        // snippet: glisten-supervised
        await using var listener = RxServer.Bind("tcp://127.0.0.1:0");
        using var serving = listener
            .Serve(connection => connection.Inbound.Bytes())
            .Subscribe(_ => { }, error => Console.WriteLine(error.Message));
        using var errors = listener.AcceptErrors.Subscribe(error => Console.WriteLine(error));
        // ...
        var drained = await listener.StopAsync(TimeSpan.FromSeconds(30));
        // end
        Assert.That(drained, Is.EqualTo(new DrainResult(0, 0)));
    }

    [Test]
    public async Task A_send_that_fails_says_why()
    {
        var reasons = new Probe<CloseKind>();
        var data = new byte[1];
        // snippet: glisten-send
        async Task ReplyAsync(IConnection connection)
        {
            try
            {
                await connection.Outbound.SendAsync(data);
            }
            catch (ConnectionClosedException error)
            {
                reasons.OnNext(error.Reason.Kind);
            }
        }

        // end
        using var reach = Reach.TcpV4();
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        await ReplyAsync(connection);
        Assert.That((await peer.ReceiveAsync().Soon()).Bytes, Has.Length.EqualTo(1));
        connection.Abort();
        await ReplyAsync(connection);
        Assert.That(await reasons.CountAsync(1), Is.EqualTo(new[] { CloseKind.Aborted }));
    }

    [Test]
    public void Options_are_merged_over_the_defaults()
    {
        // snippet: glisten-options
        var options = new ServerOptions
        {
            Backlog = 1024,
            NoDelay = true,
            ReuseAddress = true,
            SendTimeout = TimeSpan.FromSeconds(30),  // and then the connection is closed
            LingerTimeout = TimeSpan.FromSeconds(5), // for the peer's FIN
            ReceiveBufferBytes = 64 * 1024,          // the largest packet
        };
        // end
        Assert.That(options, Is.EqualTo(new ServerOptions()));
        Assert.That(new ServerOptions { NoDelay = false } with { NoDelay = true }, Is.EqualTo(new ServerOptions()));
    }

    [Test]
    public async Task The_low_level()
    {
        const string address = "tcp://127.0.0.1:0";
        // snippet: glisten-low
        using var listener = RxGlisten.Sockets.ListenSocket.Listen(address);
        // end
        using var client = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        await client.SendAsync("headhi mom"u8.ToArray()).Soon();
        // snippet: glisten-socket
        using var socket = await listener.AcceptAsync(TimeSpan.FromSeconds(5));
        var head = await socket.ReceiveAsync(4);                           // exactly so many
        var rest = await socket.ReceiveAsync(TimeSpan.FromMilliseconds(200)); // whatever there is
        await socket.SendAsync(rest);
        socket.SetOption(SocketOptionLevel.Tcp, SocketOptionName.NoDelay, 1);
        Console.WriteLine($"{socket.LocalEndPoint} {socket.RemoteEndPoint}");
        socket.Shutdown(SocketShutdown.Send);
        socket.Close();
        // end
        Assert.That((await client.ReadToEndAsync().Soon()).Bytes, Is.EqualTo("hi mom"u8.ToArray()));
        Assert.That(Encoding.UTF8.GetString(head.Span), Is.EqualTo("head"));
    }

    [Test]
    public async Task Reasons()
    {
        using var listener = RxGlisten.Sockets.ListenSocket.Listen("tcp://127.0.0.1:0");
        var address = ServerAddress.Format(listener.LocalEndPoint);
        var reasons = new List<object>();
        using var client = await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon();
        using var socket = await listener.AcceptAsync().Soon();
        // snippet: glisten-reasons
        try
        {
            await using var second = RxServer.Bind(address);
        }
        catch (ListenException error)
        {
            reasons.Add(error.SocketError);
        }

        try
        {
            await socket.ReceiveAsync(TimeSpan.Zero);
        }
        catch (SocketException error)
        {
            reasons.Add(error.SocketErrorCode);
        }

        try
        {
            client.Reset();
            await socket.ReceiveAsync();
        }
        catch (ConnectionClosedException error)
        {
            reasons.Add(error.Reason.Kind);
        }

        // end
        Assert.That(reasons, Is.EqualTo(new object[] { SocketError.AddressAlreadyInUse, SocketError.TimedOut, CloseKind.PeerReset }));
    }

    [Test]
    public async Task Http_on_top()
    {
        // snippet: glisten-http
        ReadOnlyMemory<byte> answer =
            "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nhi mom"u8.ToArray();
        await using var listener = RxServer.Bind("tcp://127.0.0.1:0");
        using var serving = listener
            .Serve(connection => connection.Inbound.Bytes()
                .Delimited("\r\n\r\n"u8, maxLength: 8 * 1024)
                .Select(head => answer))
            .Subscribe();
        // end
        using var http = new HttpClient();
        Assert.That(await http.GetStringAsync(new Uri($"http://{listener.LocalEndPoint}/")).Soon(), Is.EqualTo("hi mom"));
    }

    /// <summary>Echoes on as many connections as reach each thread that serves some: what had arrived before was looked at.</summary>
    private static async Task EveryLoopHasTurnedAsync()
    {
        await using var echo = new TestServer(Reach.TcpV4(), serve: listener => listener.Serve(connection => connection.Inbound.Bytes()).Subscribe());
        for (var i = 0; i < 4 * Environment.ProcessorCount; i++)
        {
            var peer = await echo.ConnectAsync();
            await peer.SendAsync("x"u8.ToArray()).Soon();
            await peer.ReadExactlyAsync(1).Soon();
        }
    }

    internal sealed record Quit;

    internal sealed record Broken(string Why);

    internal sealed record Watch(IObservable<Message> Messages);
}
