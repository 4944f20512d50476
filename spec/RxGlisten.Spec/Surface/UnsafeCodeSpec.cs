using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace RxGlisten.Spec.Surface;

/// <summary>The library allows unsafe code, for one folder.</summary>
public sealed partial class UnsafeCodeSpec
{
    [Test]
    public void Nothing_but_the_event_loop_is_unsafe()
    {
        var library = Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "lib", "RxGlisten"));
        var files = Directory.EnumerateFiles(library, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && Unsafe().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(library, file).Replace('\\', '/'))
            .ToArray();
        Assert.That(files, Is.Not.Empty.And.All.StartsWith("Transports/EventLoop/"));
    }

    [GeneratedRegex(@"\bunsafe\b|\bUnsafe\.|\bMarshal\.|\bNativeMemory\b|\bLibraryImport\b|\bDllImport\b")]
    private static partial Regex Unsafe();

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!; // a source file is in a folder
}
