using NUnit.Framework;
using RxGlisten.Demos.Chat;
using RxGlisten.Spec.Demos.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Demos;

/// <summary>The chat as its guests see it, in virtual time.</summary>
public sealed class ChatSpec
{
    private readonly List<ConnectionClosed> _ended = [];
    private ChatServer _chat = null!;
    private VirtualServer _server = null!;

    [SetUp]
    public void Start()
    {
        _ended.Clear();
        _chat = new ChatServer();
        _server = new VirtualServer(
            options => options with { IdleTimeout = TimeSpan.FromMinutes(10) },
            listener => listener.Serve(_chat.Serve).Subscribe(_ended.Add));
    }

    [Test]
    public void A_guest_is_welcomed_first_and_hears_the_others_and_not_itself()
    {
        var (ann, bob) = Pair();
        ann.Say("hello", "all");
        bob.Say("hi");
        Assert.That((ann.Heard, bob.Heard), Is.EqualTo(("bob: hi", "ann: hello ann: all")));
    }

    [Test]
    public void Who_comes_and_goes_is_told_however_they_go()
    {
        var ann = Guest("ann");
        var (quits, finishes, resets, isSilent) = (Guest("b"), Guest("c"), Guest("d"), Guest("e"));
        Assert.That(ann.Heard, Is.EqualTo(
            "* guest2 came in * guest2 is b now * guest3 came in * guest3 is c now * guest4 came in * guest4 is d now * guest5 came in * guest5 is e now"));
        quits.Say("/quit");
        Assert.That(quits.Heard, Does.EndWith("* bye"));
        Assert.That(ann.Heard, Is.EqualTo("* b left"));
        finishes.Finish();
        Assert.That(finishes.Heard, Does.EndWith("* bye"));
        resets.Reset();
        Assert.That(ann.Heard, Is.EqualTo("* c left * d left"));
        for (var minute = 0; minute < 10; minute++)
        {
            _server.Advance(TimeSpan.FromMinutes(1));
            ann.Say("");
        }

        Assert.That(ann.Heard, Is.EqualTo("* e left"));
        _server.Advance(TimeSpan.FromSeconds(10)); // its client does not finish, and is waited for
        Assert.That(_ended.Select(ended => ended.Reason.Kind), Does.Contain(CloseKind.IdleTimeout).And.Contain(CloseKind.PeerReset));
        Assert.That(isSilent.Heard, Does.Not.Contain("* bye"));
    }

    [Test]
    public void Who_comes_in_while_others_are_told_of_somebody_is_told_of_before_they_say_a_word()
    {
        var (names, rooms) = (new Names(), new Rooms());
        var heard = new List<string>();
        Guest? late = null;
        var listens = new ListeningConnection(line =>
        {
            heard.Add(line);
            if (line != "* guest2 came in")
                return;
            late = new Guest(new ListeningConnection(_ => { }), names, rooms);
            late.Room.Say(late, "hello");
            late.Dispose();
        });
        using var first = new Guest(listens, names, rooms);
        using var second = new Guest(new ListeningConnection(_ => { }), names, rooms);
        Assert.That(heard.Skip(1), Is.EqualTo(new[] { "* guest1 came in", "* guest2 came in", "* guest3 came in", "guest3: hello", "* guest3 left" }));
    }

    [Test]
    public void Rooms_hear_nothing_of_each_other_and_are_there_as_long_as_somebody_is_in_them()
    {
        var (ann, bob) = Pair();
        ann.Say("/join den", "alone", "/rooms", "/who");
        Assert.That(ann.Heard, Is.EqualTo("* welcome to den, ann; /help tells more * ann came in * den: 1 * lobby: 1 * ann"));
        Assert.That(bob.Heard, Is.EqualTo("* ann left"));
        bob.Say("/join DEN", "/rooms", "/who", "ho");
        Assert.That(bob.Heard, Is.EqualTo("* welcome to den, bob; /help tells more * bob came in * den: 2 * ann * bob"));
        Assert.That(ann.Heard, Is.EqualTo("* bob came in bob: ho"));
        ann.Say("/join den"); // out and in again
        Assert.That(bob.Heard, Is.EqualTo("* ann left * ann came in"));
    }

    [Test]
    public void Names_are_taken_until_their_guest_has_gone()
    {
        var (ann, bob) = Pair();
        bob.Say("/nick Ann", "/nick bob", "/nick BOB", "/nick a b", "/nick", "/nick 123456789012345678901");
        Assert.That(bob.Heard, Is.EqualTo(
            "* somebody is called Ann already * bob is bob now * bob is BOB now * a name has 1 to 20 letters, digits, - or _ " +
            "* no such command; /help tells which there are * a name has 1 to 20 letters, digits, - or _"));
        ann.Say("/quit");
        bob.Say("/nick ann");
        Assert.That(bob.Heard, Is.EqualTo("* ann left * BOB is ann now"));
    }

    [Test]
    public void A_line_that_is_too_long_ends_its_guest_alone_and_controls_are_left_out()
    {
        var (ann, bob) = Pair();
        ann.Say("a\u001b[2Jb\rc");
        ann.Say(new string('a', 1001));
        Assert.That(ann.Heard, Is.EqualTo("* a line has at most 1000 bytes"));
        ann.Finish();
        Assert.That(bob.Heard, Is.EqualTo("ann: a[2Jbc * ann left"));
        Assert.That(_ended.Single().Reason.Kind, Is.EqualTo(CloseKind.ProtocolError));
    }

    [Test]
    public void A_server_that_stops_says_bye()
    {
        var ann = Guest("ann");
        var stopped = _server.Listener.StopAsync(TimeSpan.FromSeconds(5));
        _server.Settle();
        ann.Finish();
        Assert.That(ann.Heard, Is.EqualTo("* ann left * bye").Or.EqualTo("* bye"));
        Assert.That(stopped.IsCompletedSuccessfully && stopped.Result is { Finished: 1, Cut: 0 });
        Assert.That(_chat.Rooms.All, Is.Empty);
    }

    private (LineClient Ann, LineClient Bob) Pair()
    {
        var (ann, bob) = (Guest("ann"), Guest("bob"));
        Assert.That(ann.Heard, Is.EqualTo("* guest2 came in * guest2 is bob now"));
        return (ann, bob);
    }

    /// <summary>Somebody in the lobby who has heard all there was until now.</summary>
    private LineClient Guest(string name)
    {
        var guest = new LineClient(_server);
        guest.Say($"/nick {name}");
        Assert.That(guest.Heard, Does.StartWith("* welcome to lobby, guest"));
        return guest;
    }
}
