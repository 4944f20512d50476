using System.Diagnostics;

namespace RxGlisten.Benchmarks.Running;

/// <summary>A program of the system that a comparison is made with, and the Debian package that it is in.</summary>
internal sealed record Tool(string Name, string Package)
{
    public bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, Name)));

    /// <summary>Whether all are there; says which is not.</summary>
    public static bool AreInstalled(params IReadOnlyList<Tool> tools)
    {
        if (tools.FirstOrDefault(tool => !tool.IsInstalled) is not { } missing) return true;
        Console.WriteLine($"skipped: {missing.Name} is not installed (Debian's package {missing.Package})");
        return false;
    }

    /// <summary>Runs it to its end: what it wrote. Throws <see cref="MeasurementException"/> when it failed.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">A file for its standard input.</param>
    public async Task<string> RunAsync(IEnumerable<string> arguments, string? input = null)
    {
        ProcessStartInfo start = new(Name, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new MeasurementException($"{Name} did not start");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (input is not null)
        {
            await using FileStream file = File.OpenRead(input);
            await file.CopyToAsync(process.StandardInput.BaseStream);
        }
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new MeasurementException($"{Name} failed: {await output} {await errors}");
    }
}
