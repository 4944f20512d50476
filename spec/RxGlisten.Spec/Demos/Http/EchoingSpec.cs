using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Demos.Http.Doubles;

namespace RxGlisten.Spec.Demos.Http;

/// <summary>Bodies that are sent back while they arrive.</summary>
public sealed class EchoingSpec
{
    [Test]
    public void What_has_come_is_sent_back_before_the_rest_is_there()
    {
        var world = new HttpWorld().Send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        Assert.That(world.Text, Does.EndWith("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
        world.Send("a\r\n, you all!\r\n0\r\n\r\n");
        Assert.That(world.Text, Does.EndWith("5\r\nhello\r\na\r\n, you all!\r\n0\r\n\r\n"));
    }

    [Test]
    public void A_client_that_does_not_read_is_not_read_from_and_loses_nothing()
    {
        const int Count = 3_000_000;
        var world = new HttpWorld();
        var body = new byte[Count];
        new Random(1).NextBytes(body);
        world.Send($"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: {Count}\r\n\r\n");
        var sending = world.Client.SendAsync(body);
        world.Server.Advance(TimeSpan.FromSeconds(5));
        Assert.That(sending.IsCompleted, Is.False);
        Assert.That(world.Server.Listener.Connections.Single().Outbound.QueuedBytes, Is.LessThanOrEqualTo(128 * 1024 + 200));
        var received = world.Bytes;
        Assert.That(received[^Count..], Is.EqualTo(body));
        Assert.That(Encoding.ASCII.GetString(received[..^Count]), Does.StartWith("HTTP/1.1 200 OK\r\n").And.EndWith("\r\n\r\n"));
    }

    [Test]
    public void An_error_in_a_body_that_is_half_answered_cuts_the_answer()
    {
        var world = new HttpWorld().Send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nx\r\n");
        Assert.That(world.Text, Does.EndWith("\r\n\r\n5\r\nhello\r\n"));
        Assert.That(world.IsFinished);
    }
}
