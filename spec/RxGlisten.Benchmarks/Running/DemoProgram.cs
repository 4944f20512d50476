using System.Reflection;

namespace RxGlisten.Benchmarks.Running;

/// <summary>A demo, in a process of its own, on a port of its own.</summary>
internal static class DemoProgram
{
    public static ChildProcess Start(string name)
    {
        string path = typeof(DemoProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == $"{name}Path").Value!; // the project sets it
        return ChildProcess.Start("dotnet", [path, "--listen", "tcp://127.0.0.1:0"]);
    }
}
