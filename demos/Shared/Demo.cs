using System.Runtime.InteropServices;

namespace RxGlisten.Demos;

/// <summary>What every demo does the same: takes <c>--listen ADDRESS</c>, says where it listens, and drains on Ctrl+C or SIGTERM.</summary>
internal static class Demo
{
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(5);

    /// <summary>Binds, serves until it is told to stop, and drains. The program's exit code.</summary>
    public static async Task<int> RunAsync(string[] args, Func<IListener, IDisposable> serve, ServerOptions? options = null)
    {
        var address = "tcp://127.0.0.1:3000";
        if (args is ["--listen", var given])
        {
            address = given;
        }
        else if (args.Length > 0)
        {
            Console.Error.WriteLine("usage: [--listen ADDRESS]   such as tcp://127.0.0.1:3000, tcp://[::1]:3000, unix:/tmp/demo.sock");
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
            await using var listener = RxServer.Bind(address, options);
            Console.WriteLine($"listening on {ServerAddress.Format(listener.LocalEndPoint)}");
            using var serving = serve(listener);
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
