using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace RxGlisten.Spec.Docs;

/// <summary>Code in the docs is code that runs: every block of C# is a snippet of this folder, word for word.</summary>
public sealed partial class DocsSpec
{
    private static IEnumerable<string> Pages => DocFiles.Pages();

    [TestCaseSource(nameof(Pages))]
    public void Every_block_of_code_is_a_snippet_that_is_compiled_and_run(string page)
    {
        var snippets = Snippets.All();
        var faults = DocBlock.In(page, DocFiles.Read(page)).Select(block => block.Fault(snippets)).Where(fault => fault is not null);
        Assert.That(faults, Is.Empty);
    }

    [TestCaseSource(nameof(Pages))]
    public void Every_link_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(page)!; // a page is in a folder, the root's is empty
        var targets = Link().Matches(DocFiles.Read(page)).Select(link => link.Groups["to"].Value).Where(to => !to.Contains("://", StringComparison.Ordinal));
        Assert.That(targets.Where(to => !DocFiles.Leads(folder, to)), Is.Empty);
    }

    [TestCaseSource(nameof(Pages))]
    public void No_mark_of_a_template_is_left(string page) =>
        Assert.That(DocFiles.Read(page).Split('\n').Where(line => line.TrimStart().StartsWith("#@@", StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void Every_picture_is_on_a_page()
    {
        var shown = Pages.SelectMany(page => Link().Matches(DocFiles.Read(page))).Select(link => Path.GetFileName(link.Groups["to"].Value));
        Assert.That(DocFiles.Pictures().Except(shown), Is.Empty);
    }

    [TestCase(typeof(ServerOptions))]
    [TestCase(typeof(ClientOptions))]
    [TestCase(typeof(TlsOptions))]
    [TestCase(typeof(GroupOptions))]
    public void Every_option_is_on_the_page_about_tuning(Type options)
    {
        var page = DocFiles.Read("docs/guide/tuning.md");
        Assert.That(options.GetProperties().Select(option => option.Name).Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Every_operator_has_its_place_among_the_operators()
    {
        var page = DocFiles.Read("docs/operators.md");
        var operators = typeof(RxServer).Assembly.GetExportedTypes()
            .Where(type => type.IsDefined(typeof(ExtensionAttribute), inherit: false) || type == typeof(Outgoing) || type == typeof(RxClient))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static)).Select(method => method.Name).Distinct();
        Assert.That(operators.Where(name => !Regex.IsMatch(page, $"^## .*\\b{name}\\b", RegexOptions.Multiline)), Is.Empty);
    }

    [Test]
    public void Every_snippet_is_in_the_docs()
    {
        var shown = Pages.SelectMany(page => DocBlock.In(page, DocFiles.Read(page))).Select(block => block.Snippet).Distinct();
        Assert.That(shown, Is.EquivalentTo(Snippets.All().Keys));
    }

    [TestCase("text\n\n```csharp\nvar a = 1;\n```\n", "page.md:3: the line before")]
    [TestCase("<!-- snippet: none -->\n```csharp\nvar a = 1;\n```\n", "page.md:2: there is no snippet called none")]
    [TestCase("<!-- snippet: two -->\n```csharp\nvar a = 1;\nvar b = 3;\n```\n", "page.md:4: the block says 'var b = 3;', and the snippet two 'var b = 2;'")]
    [TestCase("<!-- snippet: two -->\n```cs\nvar a = 1;\n```\n", "page.md:4: the block says '', and the snippet two 'var b = 2;'")]
    [TestCase("- in a list\n\n  <!-- snippet: two -->\n  ```csharp\n  var a = 1;\n  var b = 2;\n  ```\n", null)]
    [TestCase("```sh\nls\n```\n<!-- snippet: two -->\n```csharp\nvar a = 1;\nvar b = 2;\n```\n", null)]
    public void A_block_that_is_no_snippet_is_named_by_its_page_and_line(string text, string? fault)
    {
        var snippets = Snippets.In("Some.cs", ["    // snippet: two", "    var a = 1;", "    var b = 2;", "    // end"]).ToDictionary();
        var block = DocBlock.In("page.md", text).Single();
        Assert.That(block.Fault(snippets), fault is null ? Is.Null : Does.StartWith(fault));
    }

    [Test]
    public void A_snippet_without_an_end_is_an_error() =>
        Assert.That(() => Snippets.In("Some.cs", ["// snippet: one", "var a = 1;"]).ToArray(), Throws.InvalidOperationException.With.Message.Contains("Some.cs"));

    [GeneratedRegex("\\]\\((?<to>[^)\\s]+)\\)")]
    private static partial Regex Link();
}
