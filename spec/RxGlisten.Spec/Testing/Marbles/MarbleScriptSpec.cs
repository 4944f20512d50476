using System.Text;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Marbles;

/// <summary>The notation of docs/guide/marbles.md, line by line.</summary>
public sealed class MarbleScriptSpec
{
    [TestCase("", "", 0)]
    [TestCase("---", "", 3)]
    [TestCase("--a", "2:a", 3)]
    [TestCase("ab-c", "0:a 1:b 3:c", 4)]
    [TestCase("--a(bc)-'text'--F", "2:a 3:b 3:c 5:'text' 8:F", 9)]
    [TestCase("-'it\\'s'-", "1:'it\\'s'", 3)]
    [TestCase("'a\\r\\n'", "0:'a\\r\\n'", 1)]
    [TestCase("<00 ff>", "0:<00ff>", 1)]
    [TestCase("('PING' F)", "0:'PING' 0:F", 1)]
    [TestCase("a-X", "0:a 2:X", 3)]
    [TestCase("S--G", "0:S 3:G", 4)]
    [TestCase("F--S", "0:F 3:S", 4)]
    [TestCase("F-X", "0:F 2:X", 3)]
    [TestCase("  a -\n b ", "0:a 2:b", 3)]
    [TestCase("a~10ms~b", "0:a 11:b", 12)]
    [TestCase("~1.5s~b", "1500:b", 1501)]
    [TestCase("~2m~~1h~b", "3720000:b", 3720001)]
    [TestCase("'ü'", "0:'ü'", 1)]
    public void A_script_is_read_as_the_table_says(string text, string events, int frames)
    {
        var script = MarbleScript.Parse(text);
        Assert.That(string.Join(' ', script.Events.Select(e => $"{e.Time.TotalMilliseconds}:{e}")), Is.EqualTo(events));
        Assert.That(script.Duration, Is.EqualTo(TimeSpan.FromMilliseconds(frames)));
    }

    [TestCase("--B", 2, "expected a byte (a to z, 0 to 9), 'text', <hex>, F, X, S or G, -, ~ or (")]
    [TestCase("-(ab", 1, "this group is not closed: expected ) after its last item")]
    [TestCase("-(a-b)", 3, "expected a byte (a to z, 0 to 9), 'text', <hex>, F, X, S or G or the ) of the group")]
    [TestCase("a()", 1, "an empty group: expected a byte")]
    [TestCase("-'abc", 1, "this text is not closed: expected a ' after it")]
    [TestCase("-''", 1, "an empty text")]
    [TestCase(@"'a\x'", 3, @"expected r, n, t, \ or ' after a backslash")]
    [TestCase("<0f", 0, "these bytes are not closed: expected a > after them")]
    [TestCase("<0fz>", 3, "expected a hexadecimal digit or >")]
    [TestCase("<0f1>", 4, "expected two hexadecimal digits for each byte; there are 3")]
    [TestCase("F-a", 2, "expected nothing that is sent after the F at position 0")]
    [TestCase("X-S", 2, "expected nothing that is sent after the X at position 0")]
    [TestCase("~30s", 0, "this silence is not closed: expected a time and a ~, as in ~30s~")]
    [TestCase("~soon~", 1, "expected a number and ms, s, m or h, as in ~30s~")]
    [TestCase("~0.5ms~", 1, "expected a whole number of frames; a frame is 1 ms")]
    public void What_is_not_a_script_is_refused_with_its_position_and_what_was_expected_there(string text, int position, string expectation)
    {
        var error = Assert.Throws<MarbleSyntaxException>(() => MarbleScript.Parse(text))!; // thrown, or this fails
        Assert.That(error.Position, Is.EqualTo(position));
        Assert.That(error.Expectation, Does.StartWith(expectation));
        Assert.That(error.Message, Does.EndWith($"\n  {text}\n  {new string(' ', position)}^"));
        Assert.That(MarbleScript.TryParse(text, out _), Is.False);
    }

    [Test]
    public void A_frame_is_as_long_as_one_says()
    {
        var script = MarbleScript.Parse("-a~1m~F", TimeSpan.FromSeconds(1));
        Assert.That(script.Events.Select(e => e.Time.TotalSeconds), Is.EqualTo(new[] { 1.0, 62.0 }));
    }

    [Test]
    public void Text_is_sent_as_utf_8() =>
        Assert.That(MarbleScript.Parse("'ü→'").Events[0].Data.ToArray(), Is.EqualTo(Encoding.UTF8.GetBytes("ü→")));

    [Test]
    public void A_random_text_is_a_script_or_is_refused_with_a_position_inside_it()
    {
        var random = new Random(7);
        const string Characters = "ab0-~()'<>FXSG\\ \n1ms.";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(12)).Select(_ => Characters[random.Next(Characters.Length)])]);
            try
            {
                MarbleScript.Parse(text);
            }
            catch (MarbleSyntaxException e)
            {
                Assert.That(e.Position, Is.InRange(0, text.Length), text);
            }
        }
    }
}
