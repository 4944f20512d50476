using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Transports;

/// <summary>A close that comes before what has arrived was read, as at the end of the linger time on a machine that is busy.</summary>
public sealed class CloseWithUnreadInputSpec
{
    [TestCaseSource(typeof(Reaches), nameof(Reaches.Streams))]
    public async Task What_was_sent_before_a_close_arrives_with_a_fin_though_input_is_unread(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var sent = PeerReading.Noise(64 * 1024, 3);
        for (var i = 0; i < 10; i++)
        {
            var (connection, peer) = await server.PairAsync();
            await peer.SendAsync(new byte[100_000]).Soon();
            var transport = ((Connection)connection).Transport;
            Assert.That(transport.TrySend(sent).Bytes, Is.EqualTo(sent.Length));
            transport.Close();
            var read = await peer.ReadToEndAsync().Soon();
            Assert.That(read.Bytes.AsSpan().SequenceEqual(sent), $"{read.Bytes.Length} bytes arrived, and then {read.Error}");
            Assert.That(read.Error, Is.EqualTo(System.Net.Sockets.SocketError.Success));
            connection.Abort();
        }
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Streams))]
    public async Task What_the_kernel_has_still_to_send_arrives_though_a_receive_is_outstanding(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        var transport = ((Connection)connection).Transport;
        var receiving = transport.ReceiveAsync(new TestBuffer()).AsTask();
        var sent = PeerReading.Noise(64 * 1024, 3);
        long accepted = 0;
        for (int bytes; (bytes = transport.TrySend(sent).Bytes) > 0; accepted += bytes)
        {
        }

        transport.Close();
        Assert.That((await receiving.Soon()).Succeeded, Is.False);
        var read = await peer.ReadToEndAsync().Soon();
        Assert.That((read.Bytes.LongLength, read.Error), Is.EqualTo((accepted, System.Net.Sockets.SocketError.Success)));
        connection.Abort();
    }
}
