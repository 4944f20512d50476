using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Inbound.Doubles;

namespace RxGlisten.Spec.Transports.Tls.Upgrading;

/// <summary>A plain connection as the transport of an encrypted one: each receive takes one packet of it.</summary>
public sealed class PlainConnectionSpec
{
    [Test]
    public void Packets_that_come_while_the_receive_still_subscribes_are_received_one_after_the_other()
    {
        SynchronizationContext.SetSynchronizationContext(null); // the framework's would send continuations to the pool
        var plain = new PlainConnection(new InlineTransport("abc"u8.ToArray()).Connect());
        Assert.That(string.Concat(Enumerable.Range(0, 3).Select(_ => Receive(plain))), Is.EqualTo("abc"));
    }

    private static string Receive(PlainConnection plain)
    {
        var buffer = new TestBuffer(64);
        return Encoding.ASCII.GetString(buffer.Bytes(plain.ReceiveAsync(buffer).Now().Bytes));
    }
}
