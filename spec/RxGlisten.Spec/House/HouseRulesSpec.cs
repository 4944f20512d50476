using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace RxGlisten.Spec.House;

/// <summary>What must not be written above the transports of the system, for virtual time would not see it or a thread would be taken for it.</summary>
public sealed partial class HouseRulesSpec
{
    [Test]
    public void Nothing_above_the_transports_of_the_system_hops_to_a_thread_of_its_own()
    {
        var lib = Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "lib", "RxGlisten"));
        var breaches =
            from file in Directory.EnumerateFiles(lib, "*.cs", SearchOption.AllDirectories)
            let path = Path.GetRelativePath(lib, file).Replace('\\', '/')
            where !path.StartsWith("Transports/Sockets/", StringComparison.Ordinal) && !path.StartsWith("Transports/EventLoop/", StringComparison.Ordinal)
                && !path.StartsWith("obj/", StringComparison.Ordinal)
                && path != "Transports/Tls/TlsCertificate.cs" // certificates are valid by the calendar
            from line in File.ReadLines(file)
            where Hop().IsMatch(line) && !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
            select $"{path}: {line.Trim()}";
        Assert.That(breaches, Is.Empty);
    }

    [GeneratedRegex(@"Task\.(Run|Delay|Yield|WhenAny)\b|\bTaskPoolScheduler\b|NewThreadScheduler|\.ObserveOn\(|\.SubscribeOn\(|RunContinuationsAsynchronously|new Thread\(|Thread\.Sleep|\bThreadPool\.|\.StartNew\(|\.ContinueWith\(|LongRunning|new Timer\(|DateTime(Offset)?\.(Utc)?Now|TimeProvider\.System|Stopwatch\.StartNew|\.Result\b.*GetAwaiter|\.Wait\(\)")]
    private static partial Regex Hop();

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!; // this file's, which has one
}
