namespace RxGlisten.Spec.Outbound.Doubles;

/// <summary>So many bytes, each of which follows from its position.</summary>
internal class PatternStream(long length) : Stream
{
    private const int Period = 65_521; // a prime, so that no buffer size hides a piece that is lost, doubled or moved
    private static readonly byte[] Pattern = Make();
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public static byte[] Expected(int count) => [.. Enumerable.Range(0, count).Select(i => Pattern[i % Period])];

    /// <summary>Whether these bytes are the ones at a position.</summary>
    public static bool Matches(ReadOnlySpan<byte> bytes, long position)
    {
        while (!bytes.IsEmpty)
        {
            var expected = Pattern.AsSpan((int)(position % Period));
            var count = Math.Min(expected.Length, bytes.Length);
            if (!bytes[..count].SequenceEqual(expected[..count]))
                return false;
            bytes = bytes[count..];
            position += count;
        }

        return true;
    }

    public override int Read(Span<byte> buffer)
    {
        var at = (int)(_position % Period);
        var count = (int)Math.Min(Math.Min(buffer.Length, Period - at), length - _position);
        Pattern.AsSpan(at, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static byte[] Make()
    {
        var pattern = new byte[Period];
        new Random(11).NextBytes(pattern);
        return pattern;
    }
}
