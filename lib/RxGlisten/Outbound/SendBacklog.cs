namespace RxGlisten;

/// <summary>
/// Bytes that the transport had no room for, in order, with the flushes that wait among them. Small messages share a buffer, unless each
/// must stay droppable. Guarded by the connection's lock, but for the buffers of a gathered batch: those belong to whoever sends.
/// </summary>
internal sealed class SendBacklog(bool dropsMessages)
{
    private readonly LinkedList<SendSegment> _segments = new();
    private int _inFlight; // segments, from the first, that a sender has gathered

    /// <summary>Whether nothing waits, no flush either.</summary>
    public bool IsEmpty => _segments.Count == 0;

    /// <summary>Copies a message to the end.</summary>
    public void Add(ReadOnlySpan<byte> message)
    {
        if (!dropsMessages && _segments.Last is { } last)
            message = message[last.Value.Append(message)..];
        while (!message.IsEmpty)
        {
            var segment = SendSegment.Rent(message.Length, dropsMessages);
            message = message[segment.Append(message)..];
            _segments.AddLast(segment);
        }
    }

    /// <summary>Copies the rest of a message that was started to the front.</summary>
    public void AddFirst(ReadOnlySpan<byte> rest)
    {
        LinkedListNode<SendSegment>? before = null;
        while (!rest.IsEmpty)
        {
            var segment = SendSegment.Rent(rest.Length, isMessage: false);
            rest = rest[segment.Append(rest)..];
            before = before is null ? _segments.AddFirst(segment) : _segments.AddAfter(before, segment);
        }
    }

    /// <summary>Lets a flush wait for all that was added before.</summary>
    public void Add(SendWaiter flush) => _segments.AddLast(SendSegment.Marker(flush));

    /// <summary>The bytes to send next, without copying; they stay where they are until <see cref="Advance"/>.</summary>
    /// <returns>How many bytes were gathered.</returns>
    public int Gather(List<ArraySegment<byte>> batch, int most)
    {
        batch.Clear();
        _inFlight = 0;
        var bytes = 0;
        foreach (var segment in _segments)
        {
            if (batch.Count == most)
                break;
            _inFlight++;
            if (segment.Length == 0)
                continue;
            batch.Add(new ArraySegment<byte>(segment.Buffer, segment.Start, segment.Length));
            bytes += segment.Length;
        }

        return bytes;
    }

    /// <summary>The transport took so many bytes: gives their buffers back and settles the flushes that waited for them.</summary>
    public void Advance(int bytes)
    {
        _inFlight = 0;
        while (_segments.First is { } first)
        {
            var segment = first.Value;
            var taken = Math.Min(bytes, segment.Length);
            segment.Start += taken;
            bytes -= taken;
            if (segment.Length > 0)
                return;
            segment.Flush?.Settle();
            segment.Return();
            _segments.RemoveFirst();
        }
    }

    /// <summary>Drops the oldest message that was not started; its length, or 0 when there is none.</summary>
    public int DropOldest()
    {
        var node = _segments.First;
        for (var i = 0; node is not null; node = node.Next, i++)
        {
            if (i < _inFlight || !node.Value.IsMessage || node.Value.Start > 0)
                continue;
            var length = node.Value.Length;
            node.Value.Return();
            _segments.Remove(node);
            return length;
        }

        return 0;
    }

    /// <summary>Ends the flushes that wait: the connection is closed.</summary>
    public void FailFlushes(Exception error)
    {
        foreach (var segment in _segments)
            segment.Flush?.Settle(error);
    }

    /// <summary>Gives all buffers back. Not while a sender has a batch.</summary>
    public void Clear()
    {
        foreach (var segment in _segments)
            segment.Return();
        _segments.Clear();
    }
}
