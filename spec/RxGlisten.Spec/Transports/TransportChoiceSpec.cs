using System.Runtime.InteropServices;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Transports;

/// <summary>What carries the bytes of a connection, as its options ask.</summary>
public sealed class TransportChoiceSpec
{
    private static bool HasEventLoops =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    [Test]
    public async Task Automatic_is_an_event_loop_on_Linux_and_the_sockets_elsewhere_and_what_is_asked_for_is_taken(
        [Values("tcp v4", "unix")] string kind, [Values] TransportKind asked)
    {
        if (asked == TransportKind.EventLoop && !HasEventLoops)
            Assert.Ignore("There is none here.");
        using var reach = kind == "unix" ? Reach.Unix(asked) : Reach.TcpV4(asked);
        await using var server = new TestServer(reach);
        using var client = await server.DialAsync();
        using var accepted = await server.AcceptAsync();
        var expected = asked == TransportKind.EventLoop || (asked == TransportKind.Automatic && HasEventLoops) ? typeof(EventLoopConnection) : typeof(SocketConnection);
        Assert.That((TypeOf(client), TypeOf(accepted)), Is.EqualTo((expected, expected)));
    }

    [Test]
    public void Nobody_who_says_nothing_asks_for_anything_else() =>
        Assert.That((new ServerOptions().Transport, new ClientOptions().Transport), Is.EqualTo((TransportKind.Automatic, TransportKind.Automatic)));

    private static Type TypeOf(IConnection connection) => ((Connection)connection).Transport.GetType();
}
