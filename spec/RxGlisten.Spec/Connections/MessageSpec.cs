using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Connections;

public sealed class MessageSpec
{
    [Test]
    public void Packets_compare_by_their_bytes()
    {
        var one = new Packet("abc"u8.ToArray());
        var same = new Packet("xabcx"u8.ToArray().AsMemory(1, 3));
        Assert.That(one, Is.EqualTo(same));
        Assert.That(one.GetHashCode(), Is.EqualTo(same.GetHashCode()));
        Assert.That(one, Is.Not.EqualTo(new Packet("abd"u8.ToArray())));
        Assert.That(one.Equals(null), Is.False);
        Assert.That(one.ToString(), Is.EqualTo("Packet(3 bytes)"));
    }

    [Test]
    public void User_messages_compare_by_their_value()
    {
        var seven = new UserMessage<int>(7);
        var same = new UserMessage<int>(7);
        Assert.That(seven, Is.EqualTo(same));
        Assert.That(seven.GetHashCode(), Is.EqualTo(same.GetHashCode()));
        Assert.That(seven, Is.Not.EqualTo(new UserMessage<int>(8)));
        Assert.That(seven.Equals(new UserMessage<long>(7)), Is.False);
        Assert.That(seven.ToString(), Is.EqualTo("UserMessage(7)"));
        var none = new UserMessage<string?>(null);
        var noneEither = new UserMessage<string?>(null);
        Assert.That(none, Is.EqualTo(noneEither));
        Assert.That(none.GetHashCode(), Is.EqualTo(noneEither.GetHashCode()));
    }

    [Test]
    public void A_packet_made_by_hand_has_a_hold_that_does_nothing()
    {
        var packet = new Packet("abc"u8.ToArray());
        var hold = packet.Hold();
        hold.Dispose();
        hold.Dispose();
        Assert.That(packet.Data.Length, Is.EqualTo(3));
    }

    [Test]
    public void Bytes_leaves_user_messages_out()
    {
        Message[] messages = [new Packet("ab"u8.ToArray()), new UserMessage<int>(7), new Packet("c"u8.ToArray())];
        var bytes = messages.ToObservable().Bytes().Probe();
        Assert.That(bytes.Items.SelectMany(part => part.ToArray()), Is.EqualTo("abc"u8.ToArray()));
        Assert.That(bytes.IsEnded);
    }

    [Test]
    public async Task Bytes_fails_as_its_source_does()
    {
        var error = new InvalidOperationException("as planned");
        var bytes = Observable.Throw<Message>(error).Bytes().Probe();
        Assert.That(await bytes.ErrorAsync(), Is.SameAs(error));
    }
}
