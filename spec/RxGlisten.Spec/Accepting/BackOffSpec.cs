using NUnit.Framework;

namespace RxGlisten.Spec.Accepting;

public sealed class BackOffSpec
{
    [Test]
    public void It_doubles_from_10_ms_to_1_s_and_starts_again_after_a_success()
    {
        var backOff = BackOff.OfAcceptor();
        int[] waits = [.. Enumerable.Range(0, 9).Select(_ => (int)backOff.Next().TotalMilliseconds)];
        Assert.That(waits, Is.EqualTo(new[] { 10, 20, 40, 80, 160, 320, 640, 1000, 1000 }));
        backOff.Reset();
        Assert.That(backOff.Next(), Is.EqualTo(TimeSpan.FromMilliseconds(10)));
    }
}
