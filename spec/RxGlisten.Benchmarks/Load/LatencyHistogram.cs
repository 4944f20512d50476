using System.Numerics;

namespace RxGlisten.Benchmarks.Load;

/// <summary>Durations in nanoseconds in cells of at most 1/64 of their value: quantiles are right to within 1.6 %.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int Sub = 1 << SubBits;

    private readonly long[] _cells = new long[(64 - SubBits + 1) * Sub];
    private long _count;
    private long _longest;

    public void Add(long nanoseconds)
    {
        ulong value = (ulong)Math.Max(0, nanoseconds);
        _cells[CellOf(value)]++;
        _count++;
        if (nanoseconds > _longest) _longest = nanoseconds;
    }

    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _cells.Length; i++) _cells[i] += other._cells[i];
        _count += other._count;
        _longest = Math.Max(_longest, other._longest);
    }

    public double Microseconds(double quantile)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(quantile * _count));
        long seen = 0;
        for (int i = 0; i < _cells.Length; i++)
        {
            seen += _cells[i];
            if (seen >= wanted) return Math.Min(UpperEnd(i), _longest) / 1e3;
        }
        return 0;
    }

    private static int CellOf(ulong value)
    {
        int shift = Math.Max(0, BitOperations.Log2(value | 1) - SubBits);
        return (shift * Sub) + (int)(value >> shift);
    }

    private static double UpperEnd(int cell)
    {
        int shift = Math.Max(0, (cell / Sub) - 1);
        long mantissa = cell - (shift * Sub);
        return Math.ScaleB(mantissa + 1, shift) - 1;
    }
}
