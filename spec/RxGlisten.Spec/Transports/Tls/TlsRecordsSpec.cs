using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Outbound.Doubles;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>What is encrypted together leaves together.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TlsRecordsSpec
{
    private readonly Tap _tap = new();

    [TestCase(100, 30, 1, Description = "one record")]
    [TestCase(100, 300, 1, Description = "two records: one has 16 KiB")]
    [TestCase(100, 600, 2, Description = "four records: two leave at a time")]
    public void The_messages_of_a_delivery_are_encrypted_and_sent_together(int messages, int bytes, int sends)
    {
        using var tls = new VirtualTls(through: endpoint => new TappedEndPoint(endpoint, _tap), windowBytes: 1 << 20);
        var (connection, peer) = tls.Pair();
        connection.Inbound.Probe(_ =>
        {
            for (var i = 0; i < messages; i++)
                connection.Outbound.OnNext(PeerReading.Noise(bytes, i));
        });
        var before = _tap.Sends.Count;
        var expected = Enumerable.Range(0, messages).SelectMany(i => PeerReading.Noise(bytes, i)).ToArray();
        var received = peer.ReadExactlyAsync(expected.Length);
        Assert.That(peer.SendAsync(new byte[1]).IsCompleted);
        tls.Server.Settle();
        Assert.That(_tap.Sends.Count - before, Is.EqualTo(sends));
        Assert.That(received.IsCompletedSuccessfully);
        Assert.That(received.Result, Is.EqualTo(expected));
    }
}
