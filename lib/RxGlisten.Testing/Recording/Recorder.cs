using System.Collections.Concurrent;
using System.Reactive.Concurrency;

namespace RxGlisten.Testing;

/// <summary>
/// Writes what arrives on connections, and when, to a file or stream, in the format of docs/guide/recordings.md. Thread-safe. It never throws into the
/// server: when the file is too slow, <see cref="RecordingOptions.WhenFull"/> decides, and when it fails, recording ends and
/// <see cref="Status"/> says why. Dispose it after the listener, so that the ends of its connections are recorded.
/// </summary>
public sealed class Recorder : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly RecordingOptions _options;
    private readonly RecordingWriter _writer;
    private readonly ConcurrentDictionary<RecordedConnection, bool> _open = new(); // those whose end was not noted
    private long _connections;
    private long _lost;
    private long _unrecorded;

    /// <summary>Records to a stream.</summary>
    /// <param name="stream">Written from its current position, by the recorder alone.</param>
    /// <param name="scheduler">Whose time is recorded.</param>
    /// <param name="options">What is recorded; null for the defaults.</param>
    /// <param name="leaveOpen">Whether the stream is the caller's to dispose.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Recorder(Stream stream, IScheduler scheduler, RecordingOptions? options = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(scheduler);
        _options = options ?? new RecordingOptions();
        if (_options.BufferBytes < 1024)
            throw new ArgumentOutOfRangeException(nameof(options), _options.BufferBytes, $"{nameof(RecordingOptions.BufferBytes)} must be 1024 or more.");
        _stream = stream;
        _leaveOpen = leaveOpen;
        _writer = new RecordingWriter(stream, scheduler, _options);
    }

    /// <summary>How it fares.</summary>
    public RecorderStatus Status
    {
        get
        {
            var (waiting, written, failure) = _writer.State;
            return new RecorderStatus(
                Interlocked.Read(ref _connections), Interlocked.Read(ref _lost), Interlocked.Read(ref _unrecorded), waiting, written, failure);
        }
    }

    internal bool RecordsOutbound => _options.Outbound;

    /// <summary>Records to a new file. One that exists is not overwritten.</summary>
    /// <param name="path">The file.</param>
    /// <param name="scheduler">Whose time is recorded.</param>
    /// <param name="options">What is recorded; null for the defaults.</param>
    /// <exception cref="IOException">The file exists, or can't be made.</exception>
    public static Recorder Create(string path, IScheduler scheduler, RecordingOptions? options = null)
    {
        // No buffer of the stream's own: what was written is in the hands of the system, whatever becomes of the process.
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        return new Recorder(file, scheduler, options);
    }

    /// <summary>
    /// The same connection, recorded: whatever it is used through must be what this returns. Everything else about it is as it was. Without room
    /// for its start it is returned as it is, and counted.
    /// </summary>
    /// <param name="connection">An accepted connection whose <see cref="IConnection.Inbound"/> nobody has subscribed yet.</param>
    public IConnection Record(IConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (!_writer.TryAppend(ConnectionEventKind.Opened, connection.Id, default, connection.LocalEndPoint.ToString() ?? "", connection.RemoteEndPoint.ToString() ?? ""))
        {
            Interlocked.Increment(ref _unrecorded);
            return connection;
        }

        Interlocked.Increment(ref _connections);
        return new RecordedConnection(connection, this);
    }

    /// <summary>Writes all that waits and the end record; connections that are still open are recorded no further. Does not throw: see <see cref="Status"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        _writer.BeginEnd();

        // A listener may be stopped, and this be disposed, before those who wait for its last connections have been told of their ends.
        foreach (var connection in _open.Keys)
        {
            if (connection.Closed.IsCompleted)
                connection.NoteClosed();
        }

        await _writer.EndAsync(() => (Interlocked.Read(ref _lost), Interlocked.Read(ref _unrecorded))).ConfigureAwait(false);
        if (!_leaveOpen)
            await _stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The end of a connection is still to be noted.</summary>
    internal void Remember(RecordedConnection connection) => _open[connection] = true;

    /// <summary>... and was.</summary>
    internal void Forget(RecordedConnection connection) => _open.TryRemove(connection, out _);

    /// <summary>Takes an event of a connection; false when it, and so the rest of the connection, is lost.</summary>
    internal bool TryNote(ConnectionEventKind kind, long connection, ReadOnlySpan<byte> data, string text, string detail)
    {
        if (_writer.TryAppend(kind, connection, data, text, detail))
            return true;
        if (_writer.TryAppend(ConnectionEventKind.Lost, connection, default, mustFit: true))
            Interlocked.Increment(ref _lost);
        return false;
    }
}
