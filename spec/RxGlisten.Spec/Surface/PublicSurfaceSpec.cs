using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace RxGlisten.Spec.Surface;

/// <summary>What users can see changes only on purpose: the surface is a file beside this one.</summary>
public sealed class PublicSurfaceSpec
{
    [Test]
    public void The_public_surface_is_the_one_that_was_agreed_on() => Compare(PublicSurface.Of(typeof(RxServer).Assembly), "RxGlisten.txt");

    [Test]
    public void The_public_surface_of_the_testing_package_is_the_one_that_was_agreed_on() =>
        Compare(PublicSurface.Of(typeof(RxGlisten.Testing.SimulatedNetwork).Assembly), "RxGlisten.Testing.txt");

    [Test]
    public void The_public_surface_of_the_hosting_package_is_the_one_that_was_agreed_on() => Compare(PublicSurface.Of(typeof(IRxServers).Assembly), "RxGlisten.Hosting.txt");

    [Test]
    public void Everything_public_is_in_the_namespaces_that_were_agreed_on() =>
        Assert.That(typeof(RxServer).Assembly.GetExportedTypes().Select(type => type.Namespace).Distinct(), Is.EquivalentTo(new[] { "RxGlisten", "RxGlisten.Sockets" }));

    private static void Compare(string surface, string file, [CallerFilePath] string here = "")
    {
        var agreed = Path.Combine(Path.GetDirectoryName(here)!, file); // a source file is in a folder
        if (Environment.GetEnvironmentVariable("ACCEPT_SURFACE") == "1")
            File.WriteAllText(agreed, surface);
        Assert.That(surface.Split('\n'), Is.EqualTo(File.ReadAllText(agreed).Split('\n')), $"To agree on the change, run this spec once with ACCEPT_SURFACE=1; it rewrites {file}.");
    }
}
