using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace RxGlisten.Spec.Docs;

/// <summary>The files of docs, and the snippets of this folder.</summary>
internal static class DocFiles
{
    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder(), name)).ReplaceLineEndings("\n");

    /// <summary>Holds a generated file against the one that is checked in.</summary>
    public static void Compare(string name, string content)
    {
        var path = Path.Combine(Folder(), name);
        if (Environment.GetEnvironmentVariable("ACCEPT_DOCS") == "1")
            File.WriteAllText(path, content);
        Assert.That(File.Exists(path) ? Read(name) : "", Is.EqualTo(content.ReplaceLineEndings("\n")), $"To agree on the change, run this spec once with ACCEPT_DOCS=1; it rewrites docs/{name}.");
    }

    /// <summary>What stands between <c>// snippet: name</c> and <c>// end</c>, moved to the left.</summary>
    public static IReadOnlyDictionary<string, string> Snippets()
    {
        const string Begin = "// snippet: ";
        var snippets = new Dictionary<string, string>();
        foreach (var file in Directory.EnumerateFiles(Here(), "*.cs"))
        {
            string? name = null;
            var lines = new List<string>();
            foreach (var line in File.ReadAllLines(file))
            {
                if (name is null && line.TrimStart().StartsWith(Begin, StringComparison.Ordinal))
                {
                    name = line.Trim()[Begin.Length..];
                }
                else if (name is not null && line.Trim() == "// end")
                {
                    snippets.Add(name, Outdent(lines));
                    name = null;
                    lines.Clear();
                }
                else if (name is not null)
                {
                    lines.Add(line);
                }
            }

            if (name is not null)
                throw new InvalidOperationException($"The snippet {name} of {file} has no end.");
        }

        return snippets;
    }

    private static string Outdent(List<string> lines)
    {
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indent..] : line));
    }

    private static string Folder() => Path.Combine(Here(), "..", "..", "..", "docs");

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!; // a source file is in a folder
}
