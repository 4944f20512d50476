using System.Net;
using System.Net.Sockets;
using System.Reactive.Linq;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>
/// The first thing one tries in Rx. Each chunk is copied, because <c>Concat</c> goes on receiving while earlier chunks are being sent;
/// it has no backpressure, only the load generator's window bounds it. <c>DoWhile</c> and not <c>Repeat().TakeWhile(...)</c>: that spins
/// for ever when the end of the stream is received inside <c>Subscribe</c>, before there is anything to dispose.
/// </summary>
internal sealed class NaiveRxEcho : IEchoServer
{
    private const int BufferBytes = 16 * 1024;

    private IDisposable? _serving;

    public string Name => ServerCatalog.Naive;
    public string Description => "naive System.Reactive: FromAsync(receive).DoWhile(open), one FromAsync(send) a chunk, Concat";

    public ValueTask<EndPoint> StartAsync(EndPoint endpoint, X509Certificate2? certificate)
    {
        Socket listener = SocketListener.Listen(endpoint);
        _serving = Observable
            .FromAsync(() => listener.AcceptAsync())
            .Repeat()
            .SelectMany(Echo)
            .Subscribe(_ => { }, ServerHost.Fail);
        return ValueTask.FromResult(listener.LocalEndPoint!); // it is bound
    }

    private static IObservable<int> Echo(Socket socket)
    {
        byte[] buffer = new byte[BufferBytes];
        bool open = true;
        IObservable<byte[]> chunks = Observable
            .FromAsync(() => socket.ReceiveAsync(buffer.AsMemory()).AsTask())
            .Do(received => open = received > 0)
            .DoWhile(() => open)
            .Select(received => buffer[..received]);
        return chunks
            .Select(chunk => Observable.FromAsync(() => SendAllAsync(socket, chunk)))
            .Concat()
            .Catch((SocketException _) => Observable.Empty<int>())
            .Finally(socket.Dispose);
    }

    private static async Task<int> SendAllAsync(Socket socket, ReadOnlyMemory<byte> chunk)
    {
        for (int sent = 0; sent < chunk.Length;) sent += await socket.SendAsync(chunk[sent..]);
        return chunk.Length;
    }
}
