using System.Text;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Spec.Framing.Doubles;

/// <summary>A decoder under test: how to subscribe it, what it should give, and inputs that are worth a try.</summary>
internal sealed class Format(
    string name, Func<IObservable<Bytes>, bool, Func<Outcome>> collect, Func<byte[], Outcome> reference, Func<Random, int, byte[]> input)
{
    /// <summary>All of them, by their names.</summary>
    public static IReadOnlyDictionary<string, Format> All { get; } =
        new[] { Lines(), Delimited(), FixedLengths(), LengthPrefixes(), Own() }.SelectMany(formats => formats).ToDictionary(format => format.ToString());

    /// <summary>Subscribes it, as a consumer that keeps frames or does not; the outcome is asked for at the end.</summary>
    public Func<Outcome> Collect(IObservable<Bytes> bytes, bool keeps) => collect(bytes, keeps);

    public Outcome Expect(byte[] bytes) => reference(bytes);

    public byte[] Input(Random random, int length) => input(random, length);

    public override string ToString() => name;

    private static IEnumerable<Format> Lines()
    {
        foreach (var max in new[] { 1, 6, 2000 })
        {
            yield return Text($"lines of {max} in UTF-8", max, Encoding.UTF8);
            yield return Text($"lines of {max} in Latin-1", max, Encoding.Latin1);
            yield return Slices($"lines of {max} as bytes", b => b.ByteLines(max), b => Reference.Lines(b, max, x => Outcome.Text(x)), LineInput);
        }

        yield return Text("lines in strict UTF-8", 6, new UTF8Encoding(false, throwOnInvalidBytes: true));
    }

    private static IEnumerable<Format> Delimited() =>
        from delimiter in new[] { "\n", "ab", "aab", "aba", "abab", "aaaa" }
        from max in new[] { 1, 7, 2000 }
        select Slices($"frames of {max} up to {delimiter.Replace("\n", "LF", StringComparison.Ordinal)}", b => b.Delimited(Encoding.Latin1.GetBytes(delimiter), max),
            b => Reference.Delimited(b, Encoding.Latin1.GetBytes(delimiter), max), (random, length) => Letters(random, "aaabbc\n", length));

    private static IEnumerable<Format> FixedLengths() => new[] { 1, 2, 3, 4, 7, 8, 600 }.Select(length => Slices(
        $"frames of {length}", b => b.FixedLength(length), b => Reference.FixedLength(b, length), (random, count) => Letters(random, "abcdefgh", count)));

    private static IEnumerable<Format> LengthPrefixes() =>
        from field in PrefixFormat.Fields
        from prefix in new PrefixFormat[] { new(field), new(field, true), new(field, false, 3), new(field, true, -2) }
        from max in new[] { 5, 900 }
        let keepHeader = max == 5 && prefix.Adjustment == 0
        select Slices($"frames of {max} behind {prefix}{(keepHeader ? ", kept" : "")}", b => b.LengthPrefixed(prefix.Prefix, max, keepHeader),
            b => Reference.LengthPrefixed(b, prefix, max, keepHeader), (random, length) => Prefixed(random, prefix, max, length));

    private static IEnumerable<Format> Own() =>
    [
        .. from tells in new[] { true, false }
           from keeps in new[] { true, false }
           select Slices($"netstrings{(tells ? " that tell" : "")}{(keeps ? " and keep" : "")}", b => b.Decode(new Netstrings(tells, keeps), 1005), Reference.Netstrings, NetstringInput),
        Slices("stairs", b => b.Decode(new Stairs(), 3), Reference.Stairs, (random, length) => Letters(random, "abc", length)),
        Strings("runs", b => b.Decode(new Runs(1), 4), b => Reference.Runs(b, 1, 4), (random, length) => Letters(random, "abcd", length)),
        Strings("runs seen from afar", b => b.Decode(new Runs(3), 2000), b => Reference.Runs(b, 3, 2000), (random, length) => Letters(random, "abcd", length)),
    ];

    private static Format Slices(string name, Func<IObservable<Bytes>, IObservable<Bytes>> decode, Func<byte[], Outcome> reference, Func<Random, int, byte[]> input) =>
        new(name, (bytes, keeps) =>
        {
            var collector = keeps ? new Collector<Bytes>(frame => Outcome.Text(frame.Span)) : new FrugalCollector();
            decode(bytes).Subscribe(collector);
            return () => collector.Outcome;
        }, reference, input);

    private static Format Strings(string name, Func<IObservable<Bytes>, IObservable<string>> decode, Func<byte[], Outcome> reference, Func<Random, int, byte[]> input) =>
        new(name, (bytes, _) =>
        {
            var collector = new Collector<string>(frame => frame);
            decode(bytes).Subscribe(collector);
            return () => collector.Outcome;
        }, reference, input);

    private static Format Text(string name, int max, Encoding encoding) => Strings(name, b => b.Lines(max, encoding), b => StrictLines(b, max, encoding), LineInput);

    private static Outcome StrictLines(byte[] bytes, int max, Encoding encoding)
    {
        List<string> frames = [];
        try
        {
            return Reference.Lines(bytes, max, line =>
            {
                frames.Add(encoding.GetString(line));
                return frames[^1];
            });
        }
        catch (DecoderFallbackException)
        {
            return new(frames, Outcome.Broken);
        }
    }

    private static byte[] LineInput(Random random, int length) =>
        Letters(random, random.Next(2) == 0 ? "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF\r\n" : "ab\u00C3\u00A9\r\r\n\n\n", length);

    private static byte[] NetstringInput(Random random, int length)
    {
        List<byte> bytes = [];
        while (bytes.Count < length)
        {
            var content = Letters(random, "xyz:,3", random.Next(random.Next(10) == 0 ? 1000 : 12));
            bytes.AddRange([.. Encoding.Latin1.GetBytes($"{content.Length}:"), .. content, (byte)',']);
        }

        return Spoil(random, bytes, length);
    }

    private static byte[] Prefixed(Random random, PrefixFormat format, int max, int length)
    {
        List<byte> bytes = [];
        while (bytes.Count < length)
        {
            var content = Math.Max(random.Next(random.Next(20) == 0 ? max + 3 : Math.Min(max + 1, 40)), format.Adjustment);
            bytes.AddRange([.. format.Header(content), .. Letters(random, "abc", content)]);
        }

        return Spoil(random, bytes, length);
    }

    /// <summary>Cuts to the length, or to the last whole frame, and now and then changes a byte.</summary>
    private static byte[] Spoil(Random random, List<byte> bytes, int length)
    {
        byte[] spoilt = [.. random.Next(3) == 0 ? bytes : bytes.Take(length)];
        if (random.Next(3) == 0 && spoilt.Length > 0)
            spoilt[random.Next(spoilt.Length)] = random.Next(2) == 0 ? (byte)0xFF : (byte)random.Next(256);
        return spoilt;
    }

    private static byte[] Letters(Random random, string letters, int length) => [.. Enumerable.Range(0, length).Select(_ => (byte)letters[random.Next(letters.Length)])];
}
