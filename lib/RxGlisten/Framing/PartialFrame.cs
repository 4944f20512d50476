namespace RxGlisten;

/// <summary>The bytes of a frame whose end has not arrived, in a rented buffer. With none it has no buffer.</summary>
internal struct PartialFrame
{
    private const int SmallestBuffer = 256;

    private byte[]? _buffer;

    /// <summary>How many bytes there are.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes, until something is appended.</summary>
    public readonly ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, Length);

    /// <summary>Copies bytes to the end.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="expected">How long the frame will be at least, as far as that is known.</param>
    public void Append(ReadOnlySpan<byte> bytes, int expected)
    {
        var length = Length + bytes.Length;
        if (_buffer is null || _buffer.Length < length)
            Grow(length, expected);
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length = length;
    }

    /// <summary>Takes the buffer away.</summary>
    public byte[] Take()
    {
        var buffer = _buffer ?? [];
        this = default;
        return buffer;
    }

    /// <summary>Gives the buffer back.</summary>
    public void Release()
    {
        if (_buffer is not null)
            ReceiveMemory.Return(Take());
    }

    /// <summary>Makes room. What a header announces is believed up to twice what has arrived.</summary>
    private void Grow(int length, int expected)
    {
        var most = (int)Math.Min(2L * length, Array.MaxLength);
        var larger = ReceiveMemory.Rent(Math.Max(Math.Clamp(expected, length, most), SmallestBuffer));
        if (_buffer is not null)
        {
            Bytes.Span.CopyTo(larger);
            ReceiveMemory.Return(_buffer);
        }

        _buffer = larger;
    }
}
