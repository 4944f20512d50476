namespace RxGlisten.Demos.KeyValue;

/// <summary>What a client asks: words, the first of which names the command. They are slices of the packet that they came in.</summary>
internal readonly struct Command(ReadOnlyMemory<byte> bytes, Range[] words)
{
    /// <summary>How many words there are; none in an empty line, which asks nothing.</summary>
    public int Count => words.Length;

    /// <summary>A word.</summary>
    public ReadOnlySpan<byte> this[int index] => bytes.Span[words[index]];

    /// <summary>A word as memory, which lasts.</summary>
    public ReadOnlyMemory<byte> Memory(int index) => bytes[words[index]];
}
