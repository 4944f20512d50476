using NUnit.Framework;
using RxGlisten.Spec.Inbound.Doubles;

namespace RxGlisten.Spec.Closing;

/// <summary>The order in which those who watch a connection are told of its end.</summary>
public sealed class TellingSpec
{
    [Test]
    public void The_close_comes_before_the_rest_though_a_subscriber_leaves_meanwhile()
    {
        var transport = new InlineTransport();
        var connection = transport.Connect();
        var told = new List<string>();
        connection.Watch(new Watcher(told));
        transport.Ended = ended => ended.Closing.OnSettled(); // as somebody who leaves Inbound on another thread, just then
        connection.Abort();
        Assert.That(told, Is.EqualTo(new[] { "closed: Aborted", "settled" }));
    }

    private sealed class Watcher(List<string> told) : IConnectionWatcher
    {
        public void OnClosed(CloseReason reason) => told.Add($"closed: {reason.Kind}");

        public void OnSettled() => told.Add("settled");
    }
}
