namespace RxGlisten.Spec.Docs;

/// <summary>
/// Code that is shown in the docs, word for word: what stands between <c>// snippet: name</c> and <c>// end</c> in the sources of this folder, which are compiled and
/// run as specs.
/// </summary>
internal static class Snippets
{
    private const string Begin = "// snippet: ";

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyDictionary<string, string> All()
    {
        var snippets = new Dictionary<string, string>();
        foreach (var file in DocFiles.Sources())
        {
            foreach (var (name, code) in In(Path.GetFileName(file), File.ReadAllLines(file)))
            {
                if (!snippets.TryAdd(name, code))
                    throw new InvalidOperationException($"There are two snippets called {name}, one of them in {file}.");
            }
        }

        return snippets;
    }

    /// <summary>Those of one source.</summary>
    public static IEnumerable<(string Name, string Code)> In(string file, IReadOnlyList<string> source)
    {
        string? name = null;
        var lines = new List<string>();
        foreach (var line in source)
        {
            if (name is null && line.TrimStart().StartsWith(Begin, StringComparison.Ordinal))
            {
                name = line.Trim()[Begin.Length..];
            }
            else if (name is not null && line.Trim() == "// end")
            {
                yield return (name, Outdent(lines));
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

    /// <summary>The lines, moved to the left as far as they go together.</summary>
    public static string Outdent(IReadOnlyCollection<string> lines)
    {
        var indent = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indent..] : line));
    }
}
