namespace RxGlisten.Sockets;

/// <summary>Bytes that were received and not taken, in the pieces they came in. Not thread-safe.</summary>
internal sealed class UnreadBytes
{
    private readonly Queue<ReadOnlyMemory<byte>> _pieces = new();
    private ReadOnlyMemory<byte> _first; // what is left of a piece that was taken in part; before all others

    /// <summary>How many.</summary>
    public long Count { get; private set; }

    /// <summary>More of them.</summary>
    public void Add(ReadOnlyMemory<byte> piece)
    {
        _pieces.Enqueue(piece);
        Count += piece.Length;
    }

    /// <summary>Drops all.</summary>
    public void Clear()
    {
        _pieces.Clear();
        _first = default;
        Count = 0;
    }

    /// <summary>Takes a piece, as it came. There must be one.</summary>
    public ReadOnlyMemory<byte> TakePiece()
    {
        var piece = _first.IsEmpty ? _pieces.Dequeue() : _first;
        _first = default;
        Count -= piece.Length;
        return piece;
    }

    /// <summary>Takes exactly so many, copied together where they came in pieces. There must be as many.</summary>
    public ReadOnlyMemory<byte> Take(int count)
    {
        var piece = TakePieceOf(count);
        if (piece.Length == count)
            return piece;
        var whole = GC.AllocateUninitializedArray<byte>(count);
        for (var filled = 0; ; piece = TakePieceOf(count - filled))
        {
            piece.CopyTo(whole.AsMemory(filled));
            filled += piece.Length;
            if (filled == count)
                return whole;
        }
    }

    private ReadOnlyMemory<byte> TakePieceOf(int most)
    {
        var piece = TakePiece();
        if (piece.Length <= most)
            return piece;
        _first = piece[most..];
        Count += _first.Length;
        return piece[..most];
    }
}
