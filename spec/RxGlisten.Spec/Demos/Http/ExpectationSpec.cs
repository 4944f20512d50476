using NUnit.Framework;
using RxGlisten.Spec.Demos.Http.Doubles;

namespace RxGlisten.Spec.Demos.Http;

/// <summary>Clients that wait for a word before they send a body (RFC 9110, 10.1.1).</summary>
public sealed class ExpectationSpec
{
    private const string Hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

    private static string Post(string path, string version = "HTTP/1.1") => $"POST {path} {version}\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n";

    [Test]
    public void A_body_that_is_wanted_is_asked_for_and_then_answered()
    {
        var world = new HttpWorld().Send(Post("/echo"));
        Assert.That(world.Text, Is.EqualTo("HTTP/1.1 100 Continue\r\n\r\n"));
        world.Send("12345" + Hello);
        Assert.That(world.Statuses, Is.EqualTo(new[] { 100, 200, 200 }));
        Assert.That(world.Text, Does.Contain("\r\nContent-Length: 5\r\n\r\n12345HTTP/1.1 200 OK"));
    }

    [Test]
    public void A_body_that_nobody_wants_is_not_asked_for_and_what_comes_instead_is_not_taken_for_a_request()
    {
        var world = new HttpWorld().Send(Post("/nowhere") + Hello);
        Assert.That((world.Statuses, world.IsFinished), Is.EqualTo((new[] { 404 }, true)));
        Assert.That(world.Text, Does.Contain("Connection: close\r\n"));
    }

    [Test]
    public void An_old_client_gets_no_word_between() => Assert.That(new HttpWorld().Send(Post("/size", "HTTP/1.0") + "12345").Statuses, Is.EqualTo(new[] { 200 }));

    [Test]
    public void Without_a_body_there_is_nothing_to_wait_for() =>
        Assert.That(new HttpWorld().Send("GET /hello HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n" + Hello).Statuses, Is.EqualTo(new[] { 200, 200 }));
}
