using NUnit.Framework;
using RxGlisten.Spec.Framing.Doubles;
using RxGlisten.Spec.Testing;

namespace RxGlisten.Spec.Framing;

/// <summary>
/// However the input is cut into packets, the frames and the end are those of a simple decoder that is given the whole, and for consumers that keep frames as for those that don't.
/// </summary>
public sealed class DifferentialSpec
{
    private const int Longest = 10;

    // Of each variant; a decoder has seven of them at least, so it sees 2,100 inputs or more, each cut in every way. EXPLORE=7 gives each variant as many.
    private static readonly int s_inputs = 300 * Explored.Times;

    /// <summary>Where a number's bits cut: behind as many bytes as is a bit's place, from 1.</summary>
    private static readonly int[][] s_cuts = [.. Enumerable.Range(0, 1 << (Longest - 1)).Select(bits => Enumerable.Range(1, Longest - 1).Where(at => (bits & (1 << (at - 1))) != 0).ToArray())];

    private static IEnumerable<string> Formats => Format.All.Keys;

    [TestCaseSource(nameof(Formats))]
    public void Every_cut_of_short_inputs_gives_what_the_whole_gives(string name)
    {
        var format = Format.All[name];
        var random = new Random(1);
        for (var i = 0; i < s_inputs; i++)
        {
            var bytes = format.Input(random, random.Next(1, Longest + 1));
            if (bytes.Length > Longest)
                bytes = bytes[..Longest];
            var expected = format.Expect(bytes);
            for (var cuts = 0; cuts < 1 << Math.Max(0, bytes.Length - 1); cuts++)
                Check(format, bytes, s_cuts[cuts], expected);
        }
    }

    [TestCaseSource(nameof(Formats))]
    public void Random_cuts_of_thousands_of_inputs_give_what_the_whole_gives(string format)
    {
        var random = new Random(2);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = Format.All[format].Input(random, random.Next(1, i % 20 == 0 ? 4000 : 80));
            var pieces = random.Next(4) switch { 0 => bytes.Length, 1 => 1, 2 => 2, _ => random.Next(1, 12) };
            Check(Format.All[format], bytes, [.. pieces == bytes.Length ? Enumerable.Range(1, bytes.Length - 1) : Cuts(random, bytes.Length, pieces)]);
        }
    }

    [TestCaseSource(nameof(Formats))]
    public void Bytes_of_no_format_at_all_give_what_the_whole_gives(string format)
    {
        var random = new Random(3);
        for (var i = 0; i < 1000; i++)
        {
            var bytes = new byte[random.Next(1, 60)];
            random.NextBytes(bytes);
            Check(Format.All[format], bytes, [.. Cuts(random, bytes.Length, random.Next(1, 6))]);
        }
    }

    private static IEnumerable<int> Cuts(Random random, int length, int pieces) =>
        Enumerable.Range(1, pieces - 1).Select(_ => random.Next(length)).Order(); // the same place twice is an empty packet

    private static void Check(Format format, byte[] bytes, int[] cuts) => Check(format, bytes, cuts, format.Expect(bytes));

    private static void Check(Format format, byte[] bytes, int[] cuts, Outcome expected)
    {
        foreach (var keeps in new[] { true, false })
        {
            var feed = new PacketFeed();
            var outcome = format.Collect(feed, keeps);
            feed.All(bytes, cuts);
            if (!expected.Equals(outcome()) || feed.IsObserved)
                Assert.Fail($"{format}, {(keeps ? "kept" : "not kept")}, of {Convert.ToHexString(bytes)} cut at {string.Join(',', cuts)}:\n{outcome()}\ninstead of\n{expected}, {(feed.IsObserved ? "still" : "not")} subscribed");
        }
    }
}
