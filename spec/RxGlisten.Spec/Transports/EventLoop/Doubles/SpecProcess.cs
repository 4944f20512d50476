using System.Diagnostics;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Transports.EventLoop.Doubles;

/// <summary>A process that runs one of <see cref="ChildProgram"/>'s programs, and is talked to line by line.</summary>
internal sealed class SpecProcess : IAsyncDisposable
{
    private readonly Process _process;

    /// <summary>Starts one that may open few descriptors, so that they are soon used up, and that compiles everything when it is first used, on no further thread.</summary>
    public SpecProcess(string program) =>
        _process = Process.Start(
            new ProcessStartInfo("bash", ["-c", $"ulimit -n 256; exec dotnet '{typeof(SpecProcess).Assembly.Location}' {program}"])
            {
                RedirectStandardOutput = true,
                RedirectStandardInput = true,
                Environment = { ["DOTNET_TieredCompilation"] = "0" },
            })!; // UseShellExecute is off

    /// <summary>Its next line.</summary>
    public async Task<string> HearAsync() => await _process.StandardOutput.ReadLineAsync().Soon() ?? throw new InvalidOperationException("It ended without a word.");

    /// <summary>Gives it a line.</summary>
    public Task SayAsync(string line) => _process.StandardInput.WriteLineAsync(line).Soon();

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().Soon();
        _process.Dispose();
    }
}
