using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>The echo server under whatever a network can do to it.</summary>
public sealed class ExploringEchoSpec
{
    [Test]
    public void An_echo_gives_back_what_it_got_whatever_happens() => Explored.Run(2_000, scenario =>
    {
        var listener = scenario.Listen();
        scenario.Observe(listener.Serve(c => scenario.Replies(c, scenario.Inbound(c).Bytes())), "Serve");
        for (var i = 0; i < 2; i++)
        {
            var client = scenario.Connect();
            client.Send("hello, ");
            scenario.At(TimeSpan.FromMilliseconds(3), () => client.Send(scenario.Random.Bytes(scenario.Random.Between(1, 800))));
            scenario.At(TimeSpan.FromMilliseconds(6), client.Finish);
        }
    });

    [Test]
    public void Without_a_watcher_in_between_buffers_are_used_again_and_bytes_are_right_all_the_same() => Explored.Run(1_000, scenario =>
    {
        scenario.Observe(scenario.Listen().Serve(c => c.Inbound.Bytes()), "Serve");
        var client = scenario.Connect();
        client.Send(scenario.Random.Bytes(scenario.Random.Between(1, 2_000)));
        scenario.At(TimeSpan.FromMilliseconds(5), () => client.Send(scenario.Random.Bytes(900)));
        scenario.At(TimeSpan.FromMilliseconds(9), client.Finish);
        scenario.Then(() =>
        {
            if (!client.SentBytes.AsSpan().StartsWith(client.ReceivedBytes))
                scenario.Fail("The echo differs.");
            if (client.End == ClientEnd.Fin && client.ReceivedBytes.Length < client.SentBytes.Length)
                scenario.Fail("The echo is short.");
        });
    });
}
