using System.Globalization;
using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace RxGlisten.Demos.KeyValue;

/// <summary>What all clients share, and the pipeline of each.</summary>
internal sealed class KeyValueServer(IScheduler scheduler)
{
    /// <summary>The longest command, with all its keys and values.</summary>
    public const int MaxCommandBytes = 64 * 1024 * 1024;

    private const int SweptAtOnce = 1000;
    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromMilliseconds(100);

    public Store Store { get; } = new(scheduler);

    public Channels Channels { get; } = new();

    /// <summary>Who is connected, for <c>INFO</c>.</summary>
    public Func<int> CountConnections { get; init; } = () => 0;

    /// <summary>One client: bytes are commands, each command has its reply, and replies are bytes.</summary>
    public IObservable<ReadOnlyMemory<byte>> Serve(IConnection connection)
    {
        var session = new Session(this, connection);
        var commands = connection.Inbound.Bytes().Decode(new RespDecoder(), MaxCommandBytes).TakeUntil(connection.Drains());
        var replies = commands.Select(session.Execute).TakeUntil(reply => reply.IsLast);
        var told = replies.Catch<Reply, ProtocolException>(Refuse).Finally(session.Dispose);
        return told.Encode(session.Encoder);
    }

    /// <summary>Takes out, from time to time, all that has expired and nobody asks for. Commands have their turn in between.</summary>
    public IObservable<Unit> Sweep() => Observable.Interval(s_sweepEvery, scheduler).Select(_ =>
    {
        while (SweepSome())
        {
        }

        return Unit.Default;
    });

    /// <summary>How the server is.</summary>
    public string Info()
    {
        lock (Store.Gate)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"""
                # Server
                redis_version:7.0.0
                server_name:rxglisten
                process_id:{Environment.ProcessId}
                uptime_in_seconds:{(long)Store.Now.TotalSeconds}

                # Clients
                connected_clients:{CountConnections()}

                # Memory
                used_memory:{GC.GetTotalMemory(forceFullCollection: false)}

                # Keyspace
                db0:keys={Store.Count},expires={Store.ExpiringCount}

                """).ReplaceLineEndings("\r\n");
        }
    }

    private bool SweepSome()
    {
        lock (Store.Gate)
            return Store.Sweep(SweptAtOnce);
    }

    /// <summary>Bytes that are no command: the client is told why, and its connection ends by it.</summary>
    private static IObservable<Reply> Refuse(ProtocolException error) =>
        Observable.Return(Reply.Error($"ERR Protocol error: {error.Message}")).Concat(Observable.Throw<Reply>(error));
}
