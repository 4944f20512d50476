using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Demos.Proxy;
using RxGlisten.Spec.Demos.Proxy.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Demos.Proxy;

/// <summary>Which backend a client comes to.</summary>
public sealed class BalancingSpec
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(2);

    private static (int One, int Two) Waiting(ProxyWorld world) => (world.Waiting("one"), world.Waiting("two"));

    private static void Connect(ProxyWorld world, int count)
    {
        for (var i = 0; i < count; i++)
            world.Server.Connect();
    }

    [Test]
    public void In_turns_each_gets_as_many_as_the_other()
    {
        var world = new ProxyWorld(2).Start("one", "two");
        Connect(world, 1);
        Assert.That(Waiting(world), Is.EqualTo((1, 0)));
        Connect(world, 1);
        Assert.That(Waiting(world), Is.EqualTo((1, 1)));
        Connect(world, 4);
        Assert.That(Waiting(world), Is.EqualTo((3, 3)));
    }

    [Test]
    public void The_one_with_the_fewest_connections_gets_the_next()
    {
        var world = new ProxyWorld(2, BalancePolicy.LeastConnections).Start("one", "two");
        Connect(world, 4);
        Assert.That(Waiting(world), Is.EqualTo((2, 2)));
        world.Accept("two").Abort();
        world.Accept("two").Abort();
        world.Server.Settle();
        Assert.That((world["one"].Connections, world["two"].Connections), Is.EqualTo((2, 0)));
        Connect(world, 2);
        Assert.That(Waiting(world), Is.EqualTo((2, 2)));
    }

    [Test]
    public void Who_can_not_reach_one_comes_to_the_next_and_what_it_sent_meanwhile_is_there()
    {
        var world = new ProxyWorld(3).Start("three");
        var client = world.Server.Connect();
        _ = client.SendAsync("hello"u8.ToArray());
        world.Server.Settle();
        var received = world.Accept("three").Inbound.Probe();
        world.Server.Settle();
        Assert.That(received.Text(), Is.EqualTo("hello"));
        Assert.That((world["one"].Answers, world["two"].Answers, world["three"].Answers), Is.EqualTo((false, false, true)));
        Assert.That((world["one"].Connections, world["three"].Connections), Is.EqualTo((0, 1)));
    }

    [Test]
    public void Who_can_not_reach_any_is_reset()
    {
        var world = new ProxyWorld(2);
        for (var i = 0; i < 2; i++) // once tried, once left out
        {
            var reader = new VirtualReader(world.Server, world.Server.Connect());
            Assert.That(reader.All().End!.Value.Error, Is.EqualTo(SocketError.ConnectionReset));
        }

        Assert.That(world.Server.Listener.Connections, Is.Empty);
    }

    [Test]
    public void A_backend_that_fails_is_left_out_until_a_check_finds_it_again()
    {
        var world = new ProxyWorld(2).Start("one", "two");
        using var check = world["two"].Check(CheckEvery, world.Server.Time).Probe();
        using var health = world["two"].Health.Probe();
        world.Stop("two");
        world.Server.Advance(CheckEvery + CheckEvery);
        Connect(world, 4);
        Assert.That(world.Waiting("one"), Is.EqualTo(4));
        world.Start("two");
        Connect(world, 2);
        Assert.That(Waiting(world), Is.EqualTo((6, 0)), "nobody has looked yet");
        world.Server.Advance(CheckEvery + CheckEvery);
        Assert.That(world.Waiting("two"), Is.EqualTo(2), "the checks");
        Connect(world, 2);
        Assert.That(Waiting(world), Is.EqualTo((7, 3)));
        Assert.That(health.Items, Is.EqualTo(new[] { true, false, true }));
        Assert.That(check.Items, Is.Empty);
    }

    [Test]
    public void Who_no_longer_waits_for_a_connection_is_counted_no_more()
    {
        var backend = new Backend("slow", Observable.Never<IConnection>());
        var opening = backend.Open().Subscribe();
        Assert.That(backend.Connections, Is.EqualTo(1));
        opening.Dispose();
        Assert.That((backend.Connections, backend.Answers), Is.EqualTo((0, true)));
    }

    [Test]
    public void A_check_leaves_no_connection_behind()
    {
        var world = new ProxyWorld().Start("one");
        using var check = world["one"].Check(CheckEvery, world.Server.Time).Probe();
        world.Server.Advance(CheckEvery * 3);
        for (var i = 0; i < 3; i++)
        {
            var checking = world.Accept();
            var received = checking.Inbound.Probe();
            world.Server.Settle();
            Assert.That((received.IsEnded, received.Error), Is.EqualTo((true, (Exception?)null)));
            checking.Dispose();
        }
    }
}
