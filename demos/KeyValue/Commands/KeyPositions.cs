namespace RxGlisten.Demos.KeyValue;

/// <summary>Which words of a command are keys, as <c>COMMAND</c> tells it. A last one below 0 counts from the end.</summary>
internal readonly record struct KeyPositions(int First, int Last, int Step)
{
    public static KeyPositions None { get; }

    public static KeyPositions One { get; } = new(1, 1, 1);

    public static KeyPositions All { get; } = new(1, -1, 1);

    /// <summary>Keys and values in turn.</summary>
    public static KeyPositions Pairs { get; } = new(1, -1, 2);
}
