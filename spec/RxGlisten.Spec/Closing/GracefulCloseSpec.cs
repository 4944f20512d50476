using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Closing;

/// <summary>Dispose loses no tail, over the sockets of the system.</summary>
public sealed class GracefulCloseSpec
{
    private const int FourMegabytes = 4 * 1024 * 1024;

    private static readonly ServerOptions Patient = new() { LingerTimeout = TimeSpan.FromSeconds(60), OutboundLimitBytes = 64 * 1024 * 1024 };

    [Test]
    public async Task Of_40_clients_none_loses_a_byte_that_was_sent_before_a_dispose_with_input_unread([ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, Patient);
        var sent = PeerReading.Noise(FourMegabytes, 1);
        var clients = new List<Task>();
        for (var i = 0; i < 40; i++)
        {
            var (connection, peer) = await server.PairAsync();
            await peer.SendAsync(new byte[20_000]);
            clients.Add(Task.Run(async () =>
            {
                connection.Outbound.OnNext(sent);
                connection.Dispose();
                var reading = peer.ReadToEndAsync();
                for (var piece = 0; piece < 50; piece++)
                    await peer.SendAsync(new byte[4_000]);
                var read = await reading;
                Assert.That(read.Bytes.AsSpan().SequenceEqual(sent), $"{read.Bytes.Length} of {sent.Length} bytes arrived, and then {read.Error}");
                peer.Close();
                Assert.That((await connection.Closed).Kind, Is.EqualTo(CloseKind.LocalClosed));
            }));
        }

        await Task.WhenAll(clients).Soon();
        Assert.That(server.Listener.Connections, Is.Empty);
    }

    [Test]
    public async Task Two_sides_that_both_write_4_MB_before_they_read_do_not_wait_for_each_other([ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, Patient);
        var (connection, peer) = await server.PairAsync();
        var sent = PeerReading.Noise(FourMegabytes, 2);
        connection.Outbound.OnNext(sent);
        connection.Dispose();
        await peer.SendAsync(new byte[FourMegabytes]).Soon();
        var read = await peer.ReadToEndAsync().Soon();
        Assert.That(read.Bytes.AsSpan().SequenceEqual(sent), $"{read.Bytes.Length} bytes arrived, and then {read.Error}");
    }

    [Test]
    public async Task A_close_at_the_end_of_the_linger_time_leaves_what_was_sent_to_a_client_that_reads_late([ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { LingerTimeout = TimeSpan.FromMilliseconds(20) });
        var sent = PeerReading.Noise(128 * 1024, 3);
        for (var i = 0; i < 20; i++)
        {
            var (connection, peer) = await server.PairAsync();
            await peer.SendAsync(new byte[1_000]);
            connection.Outbound.OnNext(sent);
            connection.Dispose();
            Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.LocalClosed));
            var read = await peer.ReadToEndAsync().Soon();
            Assert.That(read.Bytes.AsSpan().SequenceEqual(sent), $"{read.Bytes.Length} bytes arrived, and then {read.Error}");
        }
    }

    [Test]
    public async Task Dispose_inside_a_delivery_stops_delivering_and_sends_what_the_delivery_wrote([ValueSource(nameof(Kinds))] string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, Patient);
        var (connection, peer) = await server.PairAsync();
        var inbound = connection.Inbound.Probe(_ =>
        {
            connection.Outbound.OnNext("bye"u8.ToArray());
            connection.Dispose();
            connection.Dispose();
            connection.Outbound.OnNext("ignored"u8.ToArray());
        });
        await peer.SendAsync("one"u8.ToArray());
        Assert.That((await peer.ReadToEndAsync().Soon()).Bytes, Is.EqualTo("bye"u8.ToArray()));
        await peer.SendAsync("two"u8.ToArray());
        peer.FinishSending();
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.LocalClosed));
        await inbound.EndAsync();
        Assert.That(inbound.Items, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task DisposeAsync_is_not_over_before_the_peer_has_finished_too([ValueSource(nameof(Kinds))] string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, Patient);
        var (connection, peer) = await server.PairAsync();
        connection.Outbound.OnNext("bye"u8.ToArray());
        var disposing = connection.DisposeAsync().AsTask();
        Assert.That((await peer.ReadToEndAsync().Soon()).Bytes, Is.EqualTo("bye"u8.ToArray()));
        await peer.SendAsync(new byte[FourMegabytes]).Soon();
        Assert.That((disposing.IsCompleted, connection.Closed.IsCompleted, server.Listener.Connections.Count), Is.EqualTo((false, false, 1)));
        peer.FinishSending();
        await disposing.Soon();
        Assert.That((connection.Closed.IsCompletedSuccessfully, server.Listener.Connections.Count), Is.EqualTo((true, 0)));
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.LocalClosed));
    }

    [Test]
    public async Task A_delivery_that_waits_for_DisposeAsync_does_not_wait_for_itself([ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind, [Values] bool blocking)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, Patient);
        var (connection, peer) = await server.PairAsync();
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inbound = connection.Inbound.Probe(_ =>
        {
            connection.Outbound.OnNext("bye"u8.ToArray());
            if (blocking)
            {
                connection.DisposeAsync().AsTask().Wait();
                disposed.SetResult();
            }
            else
            {
                connection.DisposeAsync().AsTask().GetAwaiter().OnCompleted(disposed.SetResult);
            }
        });
        await peer.SendAsync("one"u8.ToArray());
        Assert.That((await peer.ReadToEndAsync().Soon()).Bytes, Is.EqualTo("bye"u8.ToArray()));
        peer.Close();
        await disposed.Task.Soon();
        await inbound.EndAsync();
        Assert.That(connection.Closed.IsCompletedSuccessfully);
    }

    [Test]
    public async Task An_abort_resets_at_once_and_flushes_nothing([Values("tcp v4", "tcp v6", "tcp v4 over sockets")] string kind, [Values] bool byError)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, Patient);
        var (connection, peer) = await server.PairAsync();
        connection.Outbound.OnNext(new byte[4 * FourMegabytes]);
        if (byError)
            connection.Outbound.OnError(new InvalidOperationException("mine"));
        else
            connection.Abort();
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.Aborted));
        var read = await peer.ReadToEndAsync().Soon();
        Assert.That(read.Error, Is.EqualTo(System.Net.Sockets.SocketError.ConnectionReset));
        Assert.That(read.Bytes, Has.Length.LessThan(4 * FourMegabytes));
    }

    [Test]
    public async Task An_abort_ends_a_unix_client_too([Values("unix", "abstract unix", "unix over sockets")] string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, Patient);
        var (connection, peer) = await server.PairAsync();
        connection.Outbound.OnNext(new byte[4 * FourMegabytes]);
        connection.Abort();
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.Aborted));
        Assert.That((await peer.ReadToEndAsync().Soon()).Bytes, Has.Length.LessThan(4 * FourMegabytes));
    }

    private static IEnumerable<string> Kinds => Reaches.Names;
}
