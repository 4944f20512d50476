using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace RxGlisten.Spec.Docs;

/// <summary>The pages for readers, README.md and whatever is in docs, and the files that are generated for them.</summary>
internal static class DocFiles
{
    /// <summary>Every page, as paths from the root of the repository.</summary>
    public static IEnumerable<string> Pages() => Directory
        .EnumerateFiles(Path.Combine(Root(), "docs"), "*.md", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root(), path).Replace('\\', '/'))
        .Prepend("README.md")
        .Order(StringComparer.Ordinal);

    /// <summary>The text of a page.</summary>
    public static string Read(string page) => File.ReadAllText(Path.Combine(Root(), page)).ReplaceLineEndings("\n");

    /// <summary>The names of all pictures.</summary>
    public static IEnumerable<string> Pictures() => Directory.EnumerateFiles(Path.Combine(Root(), "docs", "pictures")).Select(path => Path.GetFileName(path));

    /// <summary>Whether what a link names is there: a file or folder and, if it says so, the heading on the page.</summary>
    public static bool Leads(string folder, string link)
    {
        var (file, anchor) = link.Split('#') is [var before, var after] ? (before, after) : (link, null);
        var path = Path.Combine(Root(), folder, file);
        if (anchor is null || file.Length == 0)
            return file.Length == 0 || Path.Exists(path);
        return File.Exists(path) && File.ReadLines(path).Any(line => line.StartsWith('#') && Anchor(line) == anchor);
    }

    /// <summary>The sources that snippets are taken from.</summary>
    public static IEnumerable<string> Sources() => Directory.EnumerateFiles(Here(), "*.cs", SearchOption.AllDirectories);

    /// <summary>Holds a generated file of docs against the one that is checked in.</summary>
    public static void Compare(string name, string content)
    {
        var path = Path.Combine(Root(), "docs", name);
        if (Environment.GetEnvironmentVariable("ACCEPT_DOCS") == "1")
            File.WriteAllText(path, content);
        Assert.That(
            File.Exists(path) ? Read($"docs/{name}") : "",
            Is.EqualTo(content.ReplaceLineEndings("\n")),
            $"To agree on the change, run this spec once with ACCEPT_DOCS=1; it rewrites docs/{name}.");
    }

    private static string Anchor(string heading) =>
        string.Concat(heading.TrimStart('#').Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    private static string Root() => Path.GetFullPath(Path.Combine(Here(), "..", "..", ".."));

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!; // a source file is in a folder
}
