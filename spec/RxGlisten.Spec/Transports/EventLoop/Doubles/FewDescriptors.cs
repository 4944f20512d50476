using System.Net.Sockets;
using System.Reactive.Linq;

namespace RxGlisten.Spec.Transports.EventLoop.Doubles;

/// <summary>A program that binds and connects while there are too few descriptors for an event loop, and again when there are enough.</summary>
internal static class FewDescriptors
{
    private const int Times = 5;

    /// <summary>Says, a line each, what became of it.</summary>
    public static async Task RunAsync()
    {
        // What is used below and takes descriptors when it is first used; a thread that can't have any ends the process.
        ThreadPool.SetMinThreads(4, 4);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Thread.Sleep(50))));
        await using (RxServer.Bind("tcp://127.0.0.1:0", new ServerOptions { Transport = TransportKind.Sockets }))
            await ConnectAsync(TransportKind.Sockets);
        NativeSocket.Close(NativeSocket.Open(AddressFamily.InterNetwork, TransportContract.ConnectSettings, out _));
        using (var nothing = new Epoll())
            nothing.TryAdd(-1, ReadyEvents.Input, 0);
        NativeSocket.Close(Libc.EventDescriptor(0, Libc.CloseOnExec));
        _ = Directory.GetFileSystemEntries("/proc/self/fd");

        var before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        var errors = new List<SocketError>();
        var fillers = new Stack<int>();
        for (var left = 1; left <= 2; left++) // one for the socket that listens, one for the epoll set
        {
            while (Libc.EventDescriptor(0, Libc.CloseOnExec) is >= 0 and var filler)
                fillers.Push(filler);
            for (var i = 0; i < left; i++)
                NativeSocket.Close(fillers.Pop());
            for (var i = 0; i < Times; i++)
            {
                errors.Add(Bind());
                if (left == 1) // which has no socket that listens
                    errors.Add(await ConnectAsync(TransportKind.EventLoop));
            }
        }

        while (fillers.TryPop(out var filler))
            NativeSocket.Close(filler);
        var after = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        Console.WriteLine(string.Join(", ", errors.Distinct()));
        Console.WriteLine(after - before);

        await using var listener = RxServer.Bind("tcp://127.0.0.1:0", new ServerOptions { Transport = TransportKind.EventLoop });
        using var serving = listener.Serve(connection => connection.Inbound.Bytes()).Subscribe();
        Console.WriteLine(listener.LocalEndPoint);
        await Console.In.ReadLineAsync();
    }

    private static SocketError Bind()
    {
        try
        {
            using var listener = RxGlisten.Sockets.ListenSocket.Listen("tcp://127.0.0.1:0", new ServerOptions { Transport = TransportKind.EventLoop });
            return SocketError.Success;
        }
        catch (ListenException e)
        {
            return e.SocketError;
        }
    }

    private static async Task<SocketError> ConnectAsync(TransportKind transport)
    {
        try
        {
            (await RxClient.Connect("tcp://127.0.0.1:1", new ClientOptions { Transport = transport }).FirstAsync()).Abort();
            return SocketError.Success;
        }
        catch (ConnectException e)
        {
            return e.SocketError;
        }
    }
}
