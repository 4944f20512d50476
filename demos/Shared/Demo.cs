using System.Runtime.InteropServices;

namespace RxGlisten.Demos;

/// <summary>What every demo does the same: takes <c>--listen ADDRESS</c>, says where it listens, and drains on Ctrl+C or SIGTERM.</summary>
internal static class Demo
{
    private const string Listen = "--listen";

    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(5);

    /// <summary>Binds, serves until it is told to stop, and drains. The program's exit code.</summary>
    public static Task<int> RunAsync(string[] args, Func<IListener, IDisposable> serve, ServerOptions? options = null) =>
        RunAsync(args, "", [], (listener, _) => serve(listener), options);

    /// <summary>The same for a demo with options of its own.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="usage">Its options, for people to read.</param>
    /// <param name="names">Their names. Each has a value.</param>
    /// <param name="serve">Serves; what it throws as a <see cref="FormatException"/> is said to be wrong.</param>
    /// <param name="options">How the listener serves.</param>
    public static async Task<int> RunAsync(
        string[] args, string usage, string[] names, Func<IListener, DemoArguments, IDisposable> serve, ServerOptions? options = null)
    {
        if (DemoArguments.Parse(args, [Listen, .. names]) is not { } arguments)
        {
            Console.Error.WriteLine($"usage: [--listen ADDRESS] {usage}   addresses are such as tcp://127.0.0.1:3000, tcp://[::1]:3000, unix:/tmp/demo.sock");
            return 2;
        }

        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        try
        {
            await using var listener = RxServer.Bind(arguments.Last(Listen) ?? "tcp://127.0.0.1:3000", options);
            Console.WriteLine($"listening on {ServerAddress.Format(listener.LocalEndPoint)}");
            using var serving = serve(listener, arguments);
            await stop.Task;
            var drained = await listener.StopAsync(s_drain);
            Console.WriteLine($"stopped: {drained.Finished} connections finished, {drained.Cut} were cut");
            return 0;
        }
        catch (Exception e) when (e is FormatException or ListenException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
