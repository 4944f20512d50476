namespace RxGlisten.Demos.KeyValue;

/// <summary>A value and when it expires.</summary>
internal sealed class Entry(byte[] key) : IComparable<Entry>
{
    /// <summary>Its key.</summary>
    public byte[] Key => key;

    /// <summary>Never changes: a new value is another array.</summary>
    public byte[] Value { get; set; } = [];

    /// <summary>When it expires, on the store's clock; null: never.</summary>
    public TimeSpan? Due { get; set; }

    /// <summary>In the order in which they expire.</summary>
    public int CompareTo(Entry? other)
    {
        var byDue = Nullable.Compare(Due, other?.Due);
        return byDue != 0 ? byDue : key.AsSpan().SequenceCompareTo(other?.Key);
    }
}
