using System.Diagnostics;

namespace RxGlisten.Benchmarks.Running;

/// <summary>This program again, in another role, or another. Disposing it ends it: this one by closing its input, or by a kill if that is not heard; another by a kill.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int MostErrorLines = 40;
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly List<string> _errors = [];

    private readonly bool _hearsItsInput;

    private ChildProcess(Process process, bool hearsItsInput) => (_process, _hearsItsInput) = (process, hearsItsInput);

    public int Id => _process.Id;
    public bool HasExited => _process.HasExited;
    public int ExitCode => _process.ExitCode;
    public StreamReader Output => _process.StandardOutput;

    /// <summary>What it said on standard error, the first lines.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return string.Join('\n', _errors);
        }
    }

    /// <summary>Starts this program.</summary>
    public static ChildProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("the path of this program is unknown");
        // Started as `dotnet X.dll` rather than by its own executable.
        IEnumerable<string> itself = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(ChildProcess).Assembly.Location] : [];
        return Start(program, [.. itself, .. arguments], environment, hearsItsInput: true);
    }

    /// <summary>Starts any program.</summary>
    public static ChildProcess Start(string program, IEnumerable<string> arguments) =>
        Start(program, arguments, new Dictionary<string, string>(), hearsItsInput: false);

    public Task WaitAsync(CancellationToken cancellation) => _process.WaitForExitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            if (!_hearsItsInput) _process.Kill();
            using CancellationTokenSource limit = new(EndTime);
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private static ChildProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, bool hearsItsInput)
    {
        ProcessStartInfo start = new(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        Process process = Process.Start(start) ?? throw new InvalidOperationException("the process did not start");
        ChildProcess child = new(process, hearsItsInput);
        process.ErrorDataReceived += (_, line) => child.Keep(line.Data);
        process.BeginErrorReadLine();
        return child;
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_errors)
        {
            if (_errors.Count < MostErrorLines) _errors.Add(line);
        }
    }
}
