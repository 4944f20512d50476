using System.Reactive.Concurrency;

namespace RxGlisten.Testing;

/// <summary>
/// Puts events in line and writes them to the stream beside the server: who records copies into a buffer, and a task writes as long as there is
/// something to write. The buffers are swapped, so neither waits for the other but where the line is full and the policy says so.
/// </summary>
internal sealed class RecordingWriter
{
    private readonly object _gate = new(); // a monitor: the waiting policy waits on it
    private readonly Stream _stream;
    private readonly RecordingOptions _options;
    private readonly IStopwatch _stopwatch;
    private byte[] _filling = new byte[4096];
    private byte[] _spare = new byte[4096];
    private int _filled;
    private int _inFlight;
    private long _written;
    private TimeSpan _last;
    private bool _ending; // nobody waits for room any more
    private bool _ended;
    private bool _running;
    private Exception? _failure;
    private Task _loop = Task.CompletedTask;

    public RecordingWriter(Stream stream, IScheduler scheduler, RecordingOptions options)
    {
        _stream = stream;
        _options = options;
        _stopwatch = scheduler.StartStopwatch();
        var header = RecordingFormat.Header(options.Outbound, scheduler.Now);
        header.CopyTo(_filling, 0);
        _filled = header.Length;
    }

    /// <summary>What waits, what was written, and why no more will be.</summary>
    public (long Waiting, long Written, Exception? Failure) State
    {
        get
        {
            lock (_gate)
                return (_filled + _inFlight, _written, _failure);
        }
    }

    /// <summary>Takes an event, even past the limit if it must fit; false when there is no room for it, or will never be.</summary>
    public bool TryAppend(ConnectionEventKind kind, long connection, ReadOnlySpan<byte> data, string text = "", string detail = "", bool mustFit = false)
    {
        var most = RecordingFormat.MostBytes(data.Length, text, detail);
        lock (_gate)
        {
            while (!mustFit && !_ended && _failure is null && !HasRoom(most))
            {
                if (_options.WhenFull != RecordingFullPolicy.Wait)
                    return false;
                Monitor.Wait(_gate); // a failure or the end wakes it too
            }

            if (_ended || _failure is not null)
                return false;
            Reserve(most);
            _filled += RecordingFormat.Write(_filling.AsSpan(_filled), kind, Time(), connection, data, text, detail);
            StartWriting();
        }

        return true;
    }

    /// <summary>The end is near: what comes now has room.</summary>
    public void BeginEnd()
    {
        lock (_gate)
        {
            _ending = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes the end record and writes all that waits. Never faults.</summary>
    public async Task EndAsync(Func<(long Lost, long Unrecorded)> counts)
    {
        Task loop;
        lock (_gate)
        {
            if (!_ended && _failure is null)
            {
                var (lost, unrecorded) = counts();
                Reserve(64);
                _filled += RecordingFormat.WriteEnd(_filling.AsSpan(_filled), Time(), lost, unrecorded);
                StartWriting();
            }

            _ended = true;
            Monitor.PulseAll(_gate);
            loop = _loop;
        }

        await loop.ConfigureAwait(false);
    }

    // Where nothing is being written, what waits is the header alone, and nobody would wake who waited for that to go.
    private bool HasRoom(int bytes) => _ending || !_running || (long)_filled + _inFlight + bytes <= _options.BufferBytes;

    // Under the lock, so times in the file never fall.
    private TimeSpan Time()
    {
        var now = _stopwatch.Elapsed;
        return _last = now > _last ? now : _last;
    }

    private void Reserve(int bytes)
    {
        if (_filling.Length - _filled < bytes)
            Array.Resize(ref _filling, (int)Math.Min(Array.MaxLength, Math.Max((long)_filled + bytes, 2L * _filling.Length)));
    }

    private void StartWriting()
    {
        if (_running)
            return;
        _running = true;
        _loop = Task.Run(WriteAsync);
    }

    private async Task WriteAsync()
    {
        while (Take() is { Length: > 0 } batch)
        {
            try
            {
                await _stream.WriteAsync(batch).ConfigureAwait(false);
                await _stream.FlushAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Fail(e); // a full disk, say, is no business of the server's
                return;
            }
        }
    }

    /// <summary>The next batch; none when all is written, and then the loop is over.</summary>
    private ReadOnlyMemory<byte> Take()
    {
        lock (_gate)
        {
            _written += _inFlight;
            _inFlight = _filled;
            _filled = 0;
            (_filling, _spare) = (_spare, _filling);
            _running = _inFlight > 0;
            Monitor.PulseAll(_gate);
            return _spare.AsMemory(0, _inFlight);
        }
    }

    private void Fail(Exception error)
    {
        lock (_gate)
        {
            _failure = error;
            _filled = _inFlight = 0;
            _running = false;
            Monitor.PulseAll(_gate);
        }
    }
}
