using System.Net;
using System.Reactive.Linq;
using System.Security.Cryptography.X509Certificates;
using RxGlisten.Benchmarks.Cells;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>The library with its default options.</summary>
/// <param name="name">What it is called.</param>
/// <param name="operators">What stands in the pipeline between what arrives and what is sent, for the report.</param>
/// <param name="pipeline">The same, as code.</param>
/// <param name="transport">What carries the bytes.</param>
internal sealed class RxGlistenEcho(
    string name, string operators, Func<IObservable<ReadOnlyMemory<byte>>, IObservable<ReadOnlyMemory<byte>>> pipeline,
    TransportKind transport = TransportKind.Automatic) : IEchoServer
{
    private IDisposable? _serving;

    /// <summary>The library itself, with nothing between.</summary>
    public static RxGlistenEcho Plain { get; } = new(ServerCatalog.Subject, "", bytes => bytes);

    /// <summary>On the sockets of .NET, as everywhere but on Linux.</summary>
    public static RxGlistenEcho OverSockets { get; } = new(ServerCatalog.Portable, "", bytes => bytes, TransportKind.Sockets);

    /// <summary>Three operators of Rx between.</summary>
    public static RxGlistenEcho Three { get; } = new(
        ServerCatalog.ThreeOperators, ".Select().Where().Select()", bytes => bytes.Select(Same).Where(IsSome).Select(Same));

    /// <summary>Ten.</summary>
    public static RxGlistenEcho Ten { get; } = new(ServerCatalog.TenOperators, ", 5 Select, 3 Where, Scan and Do", bytes => bytes
        .Select(Same).Where(IsSome).Select(Same).Where(IsSome).Select(Same)
        .Scan((Total: 0L, Data: ReadOnlyMemory<byte>.Empty), (state, data) => (state.Total + data.Length, data)).Select(state => state.Data)
        .Where(IsSome).Do(static _ => { }).Select(Same));

    public string Name => name;

    public string Description => $"RxGlisten, `RxServer.Bind(endpoint).Serve(c => c.Inbound.Bytes(){operators})`, "
        + (transport == TransportKind.Automatic ? "default options" : $"`Transport = {transport}`");

    private ServerOptions Options => new() { Transport = transport };

    // What operators cost is asked of the cell where a message is a delivery.
    public bool Takes(Cell cell) => operators.Length == 0 || cell == CellCatalog.Chat;

    public ValueTask<EndPoint> StartAsync(EndPoint endpoint, X509Certificate2? certificate)
    {
        IListener listener = RxServer.Bind(endpoint, Options with { Tls = certificate is null ? null : TlsOptions.FromCertificate(certificate) });
        _serving = listener.Serve(connection => pipeline(connection.Inbound.Bytes())).Subscribe(_ => { }, ServerHost.Fail);
        return ValueTask.FromResult(listener.LocalEndPoint);
    }

    public ValueTask<EndPoint> StartRoomAsync(EndPoint endpoint)
    {
        (IListener listener, _serving) = RxGlistenRoom.Start(endpoint, Options);
        return ValueTask.FromResult(listener.LocalEndPoint);
    }

    public ValueTask<EndPoint> StartBlockingAsync(EndPoint endpoint)
    {
        IListener listener = RxServer.Bind(endpoint, Options);
        _serving = listener
            .Serve(c => Blockade.Holds(c.RemoteEndPoint) ? c.Inbound.Bytes().Do(static _ => Blockade.Block()) : c.Inbound.Bytes())
            .Subscribe(_ => { }, ServerHost.Fail);
        return ValueTask.FromResult(listener.LocalEndPoint);
    }

    private static ReadOnlyMemory<byte> Same(ReadOnlyMemory<byte> data) => data;

    private static bool IsSome(ReadOnlyMemory<byte> data) => !data.IsEmpty;
}
