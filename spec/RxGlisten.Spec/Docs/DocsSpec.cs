using System.Text.RegularExpressions;
using NUnit.Framework;

namespace RxGlisten.Spec.Docs;

/// <summary>Code in the docs is code that runs: every block of the tutorial is a snippet of this folder, word for word.</summary>
public sealed partial class DocsSpec
{
    private static readonly string[] Tutorials = ["testing.md", "recordings.md", "clients.md"];

    [TestCaseSource(nameof(Tutorials))]
    public void Every_block_of_code_is_a_snippet_that_is_compiled_and_run(string tutorial)
    {
        var text = DocFiles.Read(tutorial);
        var snippets = DocFiles.Snippets();
        var blocks = Block().Matches(text);
        Assert.That(blocks, Has.Count.EqualTo(Regex.Count(text, "^```csharp", RegexOptions.Multiline)), "a block without its <!-- snippet: name -->");
        foreach (Match block in blocks)
        {
            var name = block.Groups["name"].Value;
            Assert.That(snippets, Does.ContainKey(name));
            Assert.That(block.Groups["code"].Value, Is.EqualTo(snippets[name]), $"the snippet {name}");
        }
    }

    [Test]
    public void A_block_of_the_readme_that_names_its_snippet_is_that_snippet()
    {
        var snippets = DocFiles.Snippets();
        var blocks = Block().Matches(DocFiles.Read("../README.md"));
        Assert.That(blocks, Is.Not.Empty);
        foreach (Match block in blocks)
            Assert.That(block.Groups["code"].Value, Is.EqualTo(snippets[block.Groups["name"].Value]));
    }

    [Test]
    public void Every_snippet_is_in_the_docs()
    {
        var shown = Tutorials.SelectMany(tutorial => Block().Matches(DocFiles.Read(tutorial))).Select(block => block.Groups["name"].Value);
        Assert.That(shown, Is.EquivalentTo(DocFiles.Snippets().Keys));
    }

    [GeneratedRegex("^<!-- snippet: (?<name>[a-z-]+) -->\n```csharp\n(?<code>.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
