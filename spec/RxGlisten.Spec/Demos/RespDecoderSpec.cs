using System.Text;
using NUnit.Framework;
using RxGlisten.Demos.KeyValue;
using RxGlisten.Spec.Framing.Doubles;

namespace RxGlisten.Spec.Demos;

/// <summary>Commands out of bytes, however the packets were cut.</summary>
public sealed class RespDecoderSpec
{
    private const int MaxBytes = 1000;

    [TestCase("*1\r\n$4\r\nPING\r\n", "PING")]
    [TestCase("*2\r\n$1\r\na\r\n$0\r\n\r\n", "a,")]
    [TestCase("*1\r\n$2\r\n\r\n\r\n*0\r\n", "\r\n", "")]
    [TestCase("*-1\r\nPING\r\n", "", "PING")]
    [TestCase("a\nb\r\n\n", "a", "b", "")]
    [TestCase("a  \"b c\"\n", "a,b c")]
    [TestCase("\"\\x41\\n\" '\\'\"'\n", "A\n,'\"")]
    [TestCase("x*1\n*1\r\n$1\r\ny\r\n", "x*1", "y")]
    public void Every_cut_gives_the_same_commands(string bytes, params string[] commands)
    {
        var expected = new Outcome(commands, Outcome.Completed);
        for (var cuts = 0; cuts < 1 << (bytes.Length - 1); cuts += bytes.Length > 16 ? 7 : 1)
            Check(bytes, expected, Enumerable.Range(1, bytes.Length - 1).Where(at => (cuts & (1 << (at - 1))) != 0));
    }

    [TestCase("*1\r\nPING\r\n", "broken")]
    [TestCase("*1\r\n$-1\r\n", "broken")]
    [TestCase("*1\r\n$2\r\nabc\r\n", "broken")]
    [TestCase("*1\r\n$+\r\n", "broken")]
    [TestCase("*x\r\n", "broken")]
    [TestCase("*\r\n", "broken")]
    [TestCase("*12345678901234567", "broken")]
    [TestCase("*1048577\r\n", "broken")]
    [TestCase("a \"b\n", "broken")]
    [TestCase("'a'b\n", "broken")]
    [TestCase("*1\r\n$1000\r\n", "too large")]
    [TestCase("*1\r\n$2147483647\r\n", "broken")]
    [TestCase("*1\r\n$1073741823\r\n", "too large")]
    [TestCase("*1000000\r\n", "truncated after 10")]
    [TestCase("*1\r\n$3\r\nab", "truncated after 10")]
    [TestCase("PIN", "truncated after 3")]
    public void Every_cut_of_what_is_no_command_gives_the_same_end(string bytes, string end)
    {
        var ok = "PING\r\n" + bytes;
        for (var first = 1; first < ok.Length; first++)
        {
            for (var second = first; second < ok.Length; second++)
                Check(ok, new Outcome(["PING"], end), [first, second]);
        }

        Check(ok, new Outcome(["PING"], end), Enumerable.Range(1, ok.Length - 1));
    }

    [Test]
    public void Random_cuts_of_thousands_of_commands_give_the_commands()
    {
        var random = new Random(6);
        for (var i = 0; i < 3000; i++)
        {
            var commands = Enumerable.Range(0, random.Next(1, 20)).Select(_ => Command(random)).ToArray();
            var bytes = string.Concat(commands.Select(command => random.Next(4) == 0 ? Line(command) : Array(command)));
            var pieces = random.Next(3) == 0 ? bytes.Length - 1 : random.Next(0, 12);
            var cuts = Enumerable.Range(0, pieces).Select(_ => random.Next(1, bytes.Length)).Order();
            Check(bytes, new Outcome([.. commands.Select(command => string.Join(',', command))], Outcome.Completed), cuts);
        }
    }

    [Test]
    public void A_line_has_a_maximum_of_its_own()
    {
        var most = new string('a', 64 * 1024);
        foreach (var cut in new[] { 1, 1000, most.Length, most.Length + 1 })
        {
            Check(most + "\n", new Outcome([most], Outcome.Completed), [cut], 1024 * 1024);
            Check(most + "a\n", new Outcome([], Outcome.Broken), [cut], 1024 * 1024);
        }
    }

    [Test]
    public void What_was_decoded_is_not_looked_at_again()
    {
        var bytes = Encoding.Latin1.GetBytes(Array(["first", "second"]));
        var decoder = new RespDecoder();
        Assert.That(decoder.TryDecode(bytes.AsMemory(0, bytes.Length - 3), out _, out var needed), Is.False);
        Assert.That(needed, Is.EqualTo(bytes.Length));
        bytes.AsSpan(1, 6).Fill((byte)'?'); // who begins again falls over this
        Assert.That(decoder.TryDecode(bytes, out var command, out _));
        Assert.That(Text(command), Is.EqualTo("first,second"));
    }

    private static string[] Command(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 6)).Select(i => string.Concat(Enumerable.Range(0, random.Next(i == 0 ? 1 : 0, random.Next(12) == 0 ? 100 : 6)).Select(_ => (char)random.Next(256))))];

    private static string Array(string[] words) => $"*{words.Length}\r\n{string.Concat(words.Select(word => $"${word.Length}\r\n{word}\r\n"))}";

    private static string Line(string[] words) =>
        string.Join(' ', words.Select(word => $"\"{string.Concat(word.Select(letter => $"\\x{(int)letter:x2}"))}\"")) + "\r\n";

    private static void Check(string bytes, Outcome expected, IEnumerable<int> cuts, int maxBytes = 10 * MaxBytes)
    {
        cuts = [.. cuts];
        var feed = new PacketFeed();
        var collector = new Collector<Command>(Text);
        using var subscription = feed.Decode(new RespDecoder(), expected.End == Outcome.TooLarge ? MaxBytes : maxBytes).Subscribe(collector);
        feed.All(Encoding.Latin1.GetBytes(bytes), cuts);
        if (!collector.Outcome.Equals(expected)) // the assertion alone is slow, and there are many
            Assert.That(collector.Outcome, Is.EqualTo(expected), $"cut at {string.Join(", ", cuts)}");
    }

    private static string Text(Command command) =>
        string.Join(',', Enumerable.Range(0, command.Count).Select(i => Encoding.Latin1.GetString(command[i])));
}
