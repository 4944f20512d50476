using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>What a connection receives as a pipe, whose buffer is the packets themselves.</summary>
internal sealed class ConnectionPipeReader(IConnection connection, int maxBufferedBytes) : PipeReader
{
    private readonly PacketReader _reader = new(connection);
    private PacketSegment? _first;
    private PacketSegment? _last;
    private int _start;               // what of the first is consumed
    private bool _isExamined = true;  // all of it
    private bool _isEnded;
    private bool _isCompleted;
    private int _cancels;

    private ReadOnlySequence<byte> Buffer => _first is null ? default : new(_first, _start, _last!, _last!.Memory.Length); // with a first there is a last

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (TryRead(out var result))
                return result;
            if (Buffer.Length >= maxBufferedBytes)
                throw new FrameTooLargeException(maxBufferedBytes);
            _isEnded = !await _reader.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        if (_isCompleted)
            throw new InvalidOperationException("The reader was completed.");
        while (_reader.TryTake(out var taken))
        {
            _last = new PacketSegment(taken, _last);
            _first ??= _last;
            _isExamined = false;
        }

        var isCanceled = Interlocked.Exchange(ref _cancels, 0) != 0;
        result = new ReadResult(Buffer, isCanceled, _isEnded);
        return isCanceled || !_isExamined || _isEnded;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_first is null || consumed.GetObject() is null)
            return;
        _isExamined = examined.GetObject() == _last && examined.GetInteger() == _last!.Memory.Length; // with a first there is a last
        while (_first is not null && _first != consumed.GetObject())
            DropFirst();
        _start = consumed.GetInteger();
        if (_first is not null && _start == _first.Memory.Length)
            DropFirst();
        if (!_isExamined)
            return;

        // Or else nothing more would come, and the reader wait for ever.
        for (var segment = _first; segment is not null; segment = segment.Following)
            segment.Dispose();
    }

    public override void CancelPendingRead()
    {
        Interlocked.Exchange(ref _cancels, 1);
        _reader.Wake();
    }

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
            return;
        _isCompleted = true;
        var unread = Buffer;
        _reader.Leave(unread.IsSingleSegment ? unread.First : unread.ToArray());
        while (_first is not null)
            DropFirst();
    }

    private void DropFirst()
    {
        _first!.Dispose(); // the callers have looked
        _first = _first.Following;
        _start = 0;
        if (_first is null)
            _last = null;
    }
}
