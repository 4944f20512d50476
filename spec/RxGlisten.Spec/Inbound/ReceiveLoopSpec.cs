using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Inbound.Doubles;

namespace RxGlisten.Spec.Inbound;

/// <summary>One loop reads, however closely it is let on.</summary>
public sealed class ReceiveLoopSpec
{
    [Test]
    public void A_release_that_comes_before_the_starting_call_has_its_task_starts_no_second_loop()
    {
        SynchronizationContext.SetSynchronizationContext(null); // the framework's would send continuations to the pool
        IDisposable? hold = null;
        var delivered = 0;

        // What a delivery sets here is taken back when the loop's first stretch returns: a hook between its wait and the call that started it.
        var stretch = new AsyncLocal<bool>(change =>
        {
            if (change is { ThreadContextChanged: true, CurrentValue: false })
                hold!.Dispose(); // taken before it was set
        });
        var transport = new InlineTransport("1"u8.ToArray());
        var connection = transport.Connect();
        connection.Inbound.Probe(message =>
        {
            delivered++;
            hold = ((Packet)message).Hold();
            stretch.Value = true;
        });
        Assert.That((delivered, transport.Outstanding), Is.EqualTo((1, 1)), "let on at once, it reads");
        for (var i = 2; i < 6; i++)
        {
            transport.Arrive((byte)i);
            hold!.Dispose();
            Assert.That((delivered, transport.Outstanding), Is.EqualTo((i, 1)));
        }
    }
}
