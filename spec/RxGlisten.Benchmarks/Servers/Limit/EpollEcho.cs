using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten.Benchmarks.Servers.Limit;

/// <summary>
/// The limit: an echo server in C. This process compiles it and becomes it, so what is measured is that program alone. It is there where a C compiler is.
/// </summary>
internal sealed class EpollEcho : IEchoServer
{
    private static readonly string[] s_compilers = ["cc", "gcc", "clang"];

    public string Name => ServerCatalog.Epoll;

    public string Description => "the limit: an echo in C, one thread on epoll, one receive and one send an event";

    public bool IsAvailable => OperatingSystem.IsLinux() && Compiler is not null;

    private static string? Compiler => (
        from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        from name in s_compilers
        let path = Path.Combine(folder, name)
        where File.Exists(path)
        select path).FirstOrDefault();

    public async ValueTask<EndPoint> StartAsync(EndPoint endpoint, X509Certificate2? certificate)
    {
        string program = await CompileAsync(Path.Combine(AppContext.BaseDirectory, "Servers", "Limit", "epoll-echo.c"));
        string where = endpoint is IPEndPoint tcp ? $"{tcp.Port}" : $"{endpoint}";
        throw new InvalidOperationException($"{program}: error {Execution.Replace(program, where)}"); // it returns only when it failed
    }

    // By the text's hash: compiled once, and again when it changes.
    private static async Task<string> CompileAsync(string source)
    {
        byte[] text = await File.ReadAllBytesAsync(source);
        string program = Path.Combine(Path.GetTempPath(), $"rxglisten-epoll-echo-{Convert.ToHexStringLower(SHA256.HashData(text))[..16]}");
        if (File.Exists(program)) return program;
        string unfinished = $"{program}.{Environment.ProcessId}";
        using Process compiler = Process.Start(Compiler!, ["-O2", "-o", unfinished, source]); // the server is available, so there is one
        await compiler.WaitForExitAsync();
        if (compiler.ExitCode != 0) throw new InvalidOperationException($"{source} does not compile");
        File.Move(unfinished, program, overwrite: true);
        return program;
    }
}
