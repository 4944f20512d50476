using System.Text.RegularExpressions;

namespace RxGlisten.Spec.Docs;

/// <summary>A block of C# on a page.</summary>
/// <param name="Page">The page.</param>
/// <param name="Line">Where the block begins, counted from 1.</param>
/// <param name="Snippet">The name that the line before it gives: <c>&lt;!-- snippet: name --&gt;</c>; null without one.</param>
/// <param name="Code">What it shows, moved to the left.</param>
internal sealed partial record DocBlock(string Page, int Line, string? Snippet, string Code)
{
    /// <summary>The blocks of a page. Fences may be indented, in a list or a table.</summary>
    public static IEnumerable<DocBlock> In(string page, string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() is not ("```csharp" or "```cs" or "```c#"))
                continue;
            var start = i;
            var code = lines.Skip(start + 1).TakeWhile(line => line.Trim() != "```").ToArray();
            i += code.Length + 1;
            var name = start > 0 ? Name().Match(lines[start - 1]).Groups["name"] : null;
            yield return new DocBlock(page, start + 1, name is { Success: true } ? name.Value : null, Snippets.Outdent(code));
        }
    }

    /// <summary>What is wrong with it, with its place; null when it is one of the snippets.</summary>
    public string? Fault(IReadOnlyDictionary<string, string> snippets)
    {
        if (Snippet is null)
            return $"{Page}:{Line}: the line before the block does not say which snippet it is: <!-- snippet: name -->";
        if (!snippets.TryGetValue(Snippet, out var snippet))
            return $"{Page}:{Line}: there is no snippet called {Snippet} in spec/RxGlisten.Spec/Docs";
        if (Code == snippet)
            return null;
        var (shown, compiled) = (Code.Split('\n'), snippet.Split('\n'));
        var same = shown.Zip(compiled).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"{Page}:{Line + 1 + same}: the block says '{shown.ElementAtOrDefault(same)}', and the snippet {Snippet} '{compiled.ElementAtOrDefault(same)}'";
    }

    [GeneratedRegex("^\\s*<!-- snippet: (?<name>[a-z0-9-]+) -->\\s*$")]
    private static partial Regex Name();
}
