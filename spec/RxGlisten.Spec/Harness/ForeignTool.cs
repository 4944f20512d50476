using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using NUnit.Framework;

namespace RxGlisten.Spec.Harness;

/// <summary>A program of somebody else's, run against a server. Where it is not installed the spec is skipped, and fails in CI, which installs all of them.</summary>
internal sealed class ForeignTool : IDisposable
{
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly StringBuilder _output = new();
    private readonly Task _reading;

    /// <summary>Starts it.</summary>
    public ForeignTool(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            _process = Process.Start(start)!; // redirected, so there is one
        }
        catch (Win32Exception)
        {
            if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")))
                Assert.Ignore($"{name} is not installed.");
            throw;
        }

        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
    }

    /// <summary>What it said so far, errors and all.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
                return _output.ToString();
        }
    }

    /// <summary>Says something to it. One that was refused may be over before.</summary>
    public async Task SayAsync(string text)
    {
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(text));
            await _process.StandardInput.BaseStream.FlushAsync();
        }
        catch (IOException)
        {
            // What it said before tells why.
        }
    }

    /// <summary>Waits until it has said something, or ended.</summary>
    public async Task SaysAsync(string text)
    {
        await Patience.UntilAsync(() => Output.Contains(text, StringComparison.Ordinal) || _reading.IsCompleted, $"it says '{text}'");
        Assert.That(Output, Does.Contain(text));
    }

    /// <summary>Nothing more comes from its input; waits for its end, and gives its exit code.</summary>
    public async Task<int> EndAsync()
    {
        _process.StandardInput.BaseStream.Close(); // the writer's own would fail where the program is over
        await _process.WaitForExitAsync().Soon();
        await _reading.Soon();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is > 0 and var count)
        {
            lock (_gate)
                _output.Append(buffer, 0, count);
        }
    }
}
