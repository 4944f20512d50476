using System.Net.Sockets;
using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>What links and clients do when they are told to, on a plain <c>TestScheduler</c> and a server as any.</summary>
public sealed class SimulatedNetworkSpec
{
    private static readonly LinkSettings s_far = new() { Latency = TimeSpan.FromMilliseconds(10) };

    private readonly TestScheduler _time = new();

    [Test]
    public void An_echo_comes_back_after_two_latencies()
    {
        var (network, _) = Serve(listener => listener.Serve(c => c.Inbound.Bytes()));
        var client = network.Connect(network.EndPoint("server"), s_far);
        client.Send("hello");
        _time.AdvanceBy(Ms(19));
        Assert.That(client.Received, Is.Empty);
        _time.AdvanceBy(Ms(2));
        Assert.That(client.ReceivedText, Is.EqualTo("hello"));
        Assert.That(client.Received[0].Time, Is.EqualTo(TimeSpan.FromMilliseconds(20)).Within(TimeSpan.FromTicks(5)));
    }

    [Test]
    public void When_nothing_is_going_on_nothing_is_scheduled()
    {
        var (network, _) = Serve(listener => listener.Serve(c => c.Inbound.Bytes()));
        var client = network.Connect(network.EndPoint("server"), s_far with { BytesPerSecond = 1_000, LargestPieceBytes = 7, WindowBytes = 50 });
        client.Send(new byte[1_000]);
        client.Finish();
        _time.Start();
        Assert.That(client.ReceivedBytes, Is.EqualTo(new byte[1_000]));
        Assert.That(client.End, Is.EqualTo(ClientEnd.Fin));
        Assert.That(_time.Clock, Is.GreaterThan(Ms(1_000)), "bandwidth: a second for 1,000 bytes");
    }

    [Test]
    public void A_reset_at_a_byte_leaves_what_came_before_it()
    {
        var reasons = new List<CloseKind>();
        var received = new List<byte>();
        var (network, _) = Serve(listener => listener.Serve(c => c.Inbound.Bytes().Do(b => received.AddRange(b.ToArray())).IgnoreElements()), reasons);
        var client = network.Connect(network.EndPoint("server"), s_far.With(new Fault { Kind = FaultKind.Reset, AtByte = 3 }));
        client.Send("hello");
        _time.Start();
        Assert.That(received, Is.EqualTo("hel"u8.ToArray()));
        Assert.That(reasons, Is.EqualTo(new[] { CloseKind.PeerReset }));
        Assert.That(client.End, Is.EqualTo(ClientEnd.Reset));
        Assert.That(client.Send("more"), Is.False);
    }

    [Test]
    public void A_client_that_is_told_to_reset_or_to_finish_ends_as_told()
    {
        var reasons = new List<CloseKind>();
        var (network, _) = Serve(listener => listener.Serve(c => c.Inbound.Bytes()), reasons);
        var first = network.Connect(network.EndPoint("server"), s_far);
        _time.AdvanceBy(Ms(20));
        first.Reset();
        var second = network.Connect(network.EndPoint("server"), s_far);
        second.Send("x");
        second.Finish();
        _time.Start();
        Assert.That(reasons, Is.EqualTo(new[] { CloseKind.PeerReset, CloseKind.PeerClosed }));
        Assert.That(second.End, Is.EqualTo(ClientEnd.Fin));
    }

    [Test]
    public void Without_a_listener_or_by_its_link_a_client_is_refused()
    {
        var network = new SimulatedNetwork(_time, 1);
        var nobody = network.Connect(network.EndPoint("nobody"), s_far);
        _time.Start();
        Assert.That(nobody.End, Is.EqualTo(ClientEnd.Refused));
        Assert.That(nobody.EndTime, Is.EqualTo(TimeSpan.FromMilliseconds(20)).Within(TimeSpan.FromTicks(5)));
    }

    [Test]
    public void A_client_that_stops_reading_holds_the_server_back_at_the_window()
    {
        IConnection? connection = null;
        var (network, _) = Serve(listener => listener.Serve(c =>
        {
            connection = c;
            return Observable.Return<ReadOnlyMemory<byte>>(new byte[1_000]).Concat(Observable.Never<ReadOnlyMemory<byte>>());
        }));
        var client = network.Connect(network.EndPoint("server"), s_far with { WindowBytes = 100 });
        client.StopReading();
        _time.AdvanceBy(Ms(1_000));
        Assert.That(connection!.Outbound.QueuedBytes, Is.EqualTo(900));
        client.ResumeReading();
        _time.AdvanceBy(Ms(1_000));
        Assert.That(client.ReceivedBytes, Has.Length.EqualTo(1_000));
    }

    [Test]
    public void Accepts_fail_when_told_to_and_clients_are_accepted_all_the_same()
    {
        var (network, listener) = Serve(l => l.Serve(c => c.Inbound.Bytes()));
        var errors = new List<SocketError>();
        listener.AcceptErrors.Subscribe(error => errors.Add(error.Error));
        var endpoint = network.EndPoint("server");
        endpoint.FailAccepts(SocketError.ConnectionAborted);
        endpoint.FailAcceptsAfter(TimeSpan.FromMilliseconds(5), SocketError.TooManyOpenSockets, 2);
        endpoint.FailAcceptOf(2, SocketError.ConnectionReset);
        for (var i = 0; i < 3; i++)
            network.Connect(endpoint, s_far).Finish();
        _time.Start();
        Assert.That(errors, Is.EqualTo(new[]
        {
            SocketError.ConnectionAborted, SocketError.TooManyOpenSockets, SocketError.TooManyOpenSockets, SocketError.ConnectionReset,
        }));
        Assert.That((network.AcceptedCount, network.OpenCount), Is.EqualTo((3, 0)));
    }

    [Test]
    public void A_client_that_closes_answers_late_bytes_with_a_reset()
    {
        var reasons = new List<CloseKind>();
        var (network, _) = Serve(
            listener => listener.Serve(c => c.Inbound.Bytes().Concat(
                Observable.Interval(TimeSpan.FromMilliseconds(30), _time).Select(_ => (ReadOnlyMemory<byte>)new byte[10]))), reasons);
        var client = network.Connect(network.EndPoint("server"), s_far);
        client.Close();
        _time.Start();
        Assert.That(reasons, Is.EqualTo(new[] { CloseKind.PeerReset }));
    }

    [Test]
    public void The_trace_can_be_read_by_people()
    {
        var (network, _) = Serve(listener => listener.Serve(c => c.Inbound.Bytes()));
        var client = network.Connect(network.EndPoint("server"));
        client.Send("hi");
        client.Send(new byte[] { 1, 255 });
        client.Finish();
        _time.Start();
        var lines = network.Trace.ToString().Split('\n').Select(line => line.Split(' ', 2)[^1]).ToArray();
        Assert.That(lines[..4], Is.EqualTo(new[] { "  #1 -> Connect server", "  #1 -> Sent 2 \"hi\"", "  #1 -> Sent 2 01FF", "  #1 -> Finished" }));
        Assert.That(lines, Does.Contain("  #1 <- Received 4 686901FF"));
    }

    private static long Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds).Ticks;

    private (SimulatedNetwork Network, IListener Listener) Serve(Func<IListener, IObservable<ConnectionClosed>> serve, List<CloseKind>? reasons = null)
    {
        var network = new SimulatedNetwork(_time, 1);
        var listener = RxServer.Bind(network.EndPoint("server"), new ServerOptions { Scheduler = _time });
        serve(listener).Subscribe(end => reasons?.Add(end.Reason.Kind));
        return (network, listener);
    }
}
