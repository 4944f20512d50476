namespace RxGlisten.Spec.Transports.Doubles;

/// <summary>The bytes of a client's life: the first is its number, and each later one is of that life and that place.</summary>
internal static class WalkingPattern
{
    public static byte At(byte life, long place) => (byte)(life + (place * 31) + ((place >> 8) * 7));

    public static byte[] Of(byte life, long from, int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
            bytes[i] = At(life, from + i);
        return bytes;
    }

    /// <summary>What is wrong with bytes at that place; null when nothing is.</summary>
    public static string? Breach(byte life, long from, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != At(life, from + i))
                return $"the byte {from + i} of {life} is {bytes[i]}";
        }

        return null;
    }
}
