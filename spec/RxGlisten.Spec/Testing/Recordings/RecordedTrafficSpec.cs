using System.Diagnostics;
using System.Net;
using System.Reactive.Concurrency;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Recordings;

/// <summary>Real clients over TCP, recorded and replayed.</summary>
public sealed class RecordedTrafficSpec
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("rxglisten-recording-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_recording_of_curl_replays_to_the_same_bytes_out()
    {
        RequireProgram("curl");
        var recording = await RecordAsync(Replies.Http, port => RunAsync(
            "curl", $"--silent --show-error --http1.1 http://127.0.0.1:{port}/one http://127.0.0.1:{port}/two", "You asked for: GET /two HTTP/1.1"));
        AssertReplaysToTheSameBytes(recording, Replies.Http);
    }

    [Test]
    public async Task A_recording_of_redis_cli_replays_to_the_same_bytes_out()
    {
        RequireProgram("redis-cli");
        var recording = await RecordAsync(Replies.Resp, port => RunAsync("redis-cli", $"-h 127.0.0.1 -p {port} -r 5 INCR counter", "5"));
        AssertReplaysToTheSameBytes(recording, Replies.Resp);
    }

    [Test]
    public async Task A_recording_of_many_sockets_replays_to_the_same_bytes_out()
    {
        var recording = await RecordAsync(Replies.Echo, async port =>
        {
            var clients = Enumerable.Range(0, 20).Select(async number =>
            {
                using var peer = await SocketPeer.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
                for (var length = 1; length < 200_000; length *= 7)
                {
                    await peer.SendAsync(Enumerable.Repeat((byte)number, length).ToArray());
                    await peer.ReadExactlyAsync(length).Soon();
                }

                if (number % 4 == 0)
                    peer.Reset();
            });
            await Task.WhenAll(clients);
        });
        AssertReplaysToTheSameBytes(recording, Replies.Echo);
        Assert.That(recording.Summary.Connections, Is.EqualTo(20));
        Assert.That(recording.Run(Replies.Echo).Connections.Count(connection => connection.End == CloseKind.PeerReset), Is.EqualTo(5));
    }

    private static void AssertReplaysToTheSameBytes(Recording recording, Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> pipeline)
    {
        Assert.That(recording.Summary.Tail.Kind, Is.EqualTo(RecordingTailKind.Complete));
        Assert.That(recording.Summary.SentBytes, Is.GreaterThan(0));
        var recorded = recording.Events.Where(e => e.Kind == ConnectionEventKind.Sent).ToLookup(e => e.Connection, e => e.Data.ToArray());
        var ends = recording.Events.Where(e => e.Kind == ConnectionEventKind.Closed).ToDictionary(e => e.Connection, e => e.CloseKind);
        foreach (var connection in recording.Run(pipeline).Connections)
        {
            Assert.That(connection.Output.ToArray(), Is.EqualTo(recorded[connection.Id].SelectMany(bytes => bytes).ToArray()));
            Assert.That(connection.End, Is.EqualTo(ends[connection.Id]));
        }
    }

    private async Task<Recording> RecordAsync(
        Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> pipeline, Func<int, Task> drive)
    {
        var path = Path.Combine(_folder, "traffic.rec");
        await using (var recorder = Recorder.Create(path, Scheduler.Default, new RecordingOptions { Outbound = true }))
        {
            var listener = RxServer.Bind("tcp://127.0.0.1:0").Record(recorder);
            using var ended = listener.ServePipeline(pipeline).Probe();
            await drive(((IPEndPoint)listener.LocalEndPoint).Port);
            await listener.StopAsync(TimeSpan.FromSeconds(10)).Soon();
            await ended.EndAsync();
        }

        return Recording.Open(path);
    }

    private static void RequireProgram(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, name))))
            Assert.Ignore($"There is no {name} here; the sockets' spec stands for it.");
    }

    private static async Task RunAsync(string program, string arguments, string lastLine)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!; // not by the shell: there is one
        var output = await process.StandardOutput.ReadToEndAsync().Soon();
        var errors = await process.StandardError.ReadToEndAsync().Soon();
        await process.WaitForExitAsync().Soon();
        Assert.That(process.ExitCode, Is.Zero, errors);
        Assert.That(output.TrimEnd().Split('\n')[^1].Trim(), Does.EndWith(lastLine));
    }
}
