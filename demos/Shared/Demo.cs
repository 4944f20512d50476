using System.Net;
using System.Runtime.InteropServices;

namespace RxGlisten.Demos;

/// <summary>What every demo does the same: takes <c>--listen ADDRESS</c>, says where it listens, and drains on Ctrl+C or SIGTERM.</summary>
internal static class Demo
{
    private const string Listen = "--listen";
    private const string Loopback = "tcp://127.0.0.1:3000";
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(5);

    /// <summary>Binds, serves until it is told to stop, and drains. The program's exit code.</summary>
    public static Task<int> RunAsync(
        string[] args, Func<IListener, IDisposable> serve, ServerOptions? options = null, string defaultAddress = Loopback) =>
        RunAsync(args, (address, stopping) => ServeAsync(address, options, serve, stopping), defaultAddress);

    /// <summary>The same for a demo with options of its own.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="usage">Its options, for people to read.</param>
    /// <param name="names">Their names. Each has a value.</param>
    /// <param name="serve">Serves; what it throws as a <see cref="FormatException"/> is said to be wrong.</param>
    /// <param name="options">How the listener serves.</param>
    public static Task<int> RunAsync(
        string[] args, string usage, string[] names, Func<IListener, DemoArguments, IDisposable> serve, ServerOptions? options = null) =>
        RunAsync(args, usage, names, _ => options ?? new ServerOptions(), serve);

    /// <summary>The same where the listener's options come from the program's.</summary>
    /// <inheritdoc cref="RunAsync(string[], string, string[], Func{IListener, DemoArguments, IDisposable}, ServerOptions)"/>
    public static async Task<int> RunAsync(
        string[] args, string usage, string[] names, Func<DemoArguments, ServerOptions> configure, Func<IListener, DemoArguments, IDisposable> serve)
    {
        if (DemoArguments.Parse(args, [Listen, .. names]) is not { } arguments)
        {
            Console.Error.WriteLine($"usage: [{Listen} ADDRESS] {usage}   addresses are such as tcp://127.0.0.1:3000, unix:/tmp/demo.sock");
            return 2;
        }

        string[] listen = arguments.Last(Listen) is { } address ? [Listen, address] : [];
        return await RunAsync(listen, (address, stopping) => ServeAsync(address, configure(arguments), listener => serve(listener, arguments), stopping));
    }

    /// <summary>Runs something that listens by itself until the token tells it to stop. The program's exit code.</summary>
    public static async Task<int> RunAsync(string[] args, Func<string, CancellationToken, Task> run, string defaultAddress = Loopback)
    {
        var address = defaultAddress;
        if (args is [Listen, var given])
        {
            address = given;
        }
        else if (args.Length > 0)
        {
            Console.Error.WriteLine("usage: [--listen ADDRESS]   such as tcp://127.0.0.1:3000, tcp://[::1]:3000, unix:/tmp/demo.sock");
            return 2;
        }

        using var stop = new CancellationTokenSource();
        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        try
        {
            await run(address, stop.Token);
            return 0;
        }
        catch (Exception e) when (e is FormatException or ListenException or TlsCertificateException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    /// <summary>Says where it listens, for whoever started it with port 0.</summary>
    public static void SayWhere(EndPoint endpoint) => Console.WriteLine($"listening on {ServerAddress.Format(endpoint)}");

    private static async Task ServeAsync(string address, ServerOptions? options, Func<IListener, IDisposable> serve, CancellationToken stopping)
    {
        await using var listener = RxServer.Bind(address, options);
        SayWhere(listener.LocalEndPoint);
        using var serving = serve(listener);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = stopping.Register(told.SetResult);
        await told.Task;
        var drained = await listener.StopAsync(s_drain, CancellationToken.None);
        Console.WriteLine($"stopped: {drained.Finished} connections finished, {drained.Cut} were cut");
    }
}
