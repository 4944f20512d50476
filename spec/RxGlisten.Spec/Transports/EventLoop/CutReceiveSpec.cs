using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.EventLoop.Doubles;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>Receives that the kernel ends early, though more has arrived: no further edge tells of that.</summary>
[Platform("Linux")]
public sealed class CutReceiveSpec
{
    [TestCaseSource(typeof(Reaches), nameof(Reaches.Streams))]
    public async Task What_came_behind_urgent_data_needs_nothing_more_to_come(string kind)
    {
        await AssertAllArrivesAsync(kind, socket =>
        {
            foreach (var part in new[] { "abc", "!", "defghi" })
            {
                try
                {
                    socket.Send(System.Text.Encoding.ASCII.GetBytes(part), part == "!" ? SocketFlags.OutOfBand : SocketFlags.None);
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationNotSupported)
                {
                    Assert.Ignore("This kernel has no urgent data on unix sockets.");
                }
            }
        });
    }

    [TestCase("unix")]
    [TestCase("unix over sockets")]
    public async Task What_came_behind_a_descriptor_needs_nothing_more_to_come(string kind)
    {
        await AssertAllArrivesAsync(kind, socket =>
        {
            socket.Send("abc"u8);
            DescriptorSending.Send(socket, "def"u8, descriptor: (int)socket.Handle);
            DescriptorSending.Send(socket, "g"u8, descriptor: (int)socket.Handle);
            socket.Send("hi"u8);
        });
    }

    private static async Task AssertAllArrivesAsync(string kind, Action<Socket> send)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        using var socket = Connect(server.Listener.LocalEndPoint);
        var connection = await server.AcceptAsync();
        send(socket);
        await server.PairAsync(); // a loop that has seen this one come has seen what came before
        var probe = connection.Inbound.Probe();
        await ArrivesAsync(probe, "abcdefghi");
        send(socket); // while a receive is outstanding
        await ArrivesAsync(probe, "abcdefghiabcdefghi");
        socket.Shutdown(SocketShutdown.Send);
        await probe.EndAsync();
        connection.Dispose();
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.PeerClosed));
    }

    private static async Task ArrivesAsync(Probe<Message> probe, string text)
    {
        await Patience.UntilAsync(() => probe.Bytes().Length >= text.Length, "all arrived");
        Assert.That(probe.Text(), Is.EqualTo(text));
    }

    private static Socket Connect(EndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, endpoint.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        socket.Connect(endpoint);
        return socket;
    }
}
