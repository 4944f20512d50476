using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using RxGlisten.Benchmarks.Cells;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>Kestrel's connection handler on its sockets transport, without HTTP, logging or configuration.</summary>
internal sealed class KestrelEcho(string name, bool inlineScheduling) : IEchoServer
{
    public string Name => name;

    public string Description => inlineScheduling
        ? "Kestrel ConnectionHandler with UnsafePreferInlineScheduling"
        : "Kestrel ConnectionHandler over pipes, default transport options, no logging";

    public bool Takes(Cell cell) => true;

    public ValueTask<EndPoint> StartAsync(EndPoint endpoint, X509Certificate2? certificate) => StartAsync<PipeEchoHandler>(endpoint, certificate);

    public ValueTask<EndPoint> StartRoomAsync(EndPoint endpoint) => StartAsync<PipeRoomHandler>(endpoint, null, LimitRoom);

    public ValueTask<EndPoint> StartBlockingAsync(EndPoint endpoint) => StartAsync<BlockingPipeEchoHandler>(endpoint, null);

    /// <summary>As much may wait for a member as in the library's room.</summary>
    private static void LimitRoom(SocketTransportOptions sockets)
    {
        sockets.MaxWriteBufferSize = RxGlistenRoom.LimitBytes;
        sockets.CreateBoundListenSocket = endpoint =>
        {
            Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.SendBufferSize = RxGlistenRoom.KernelBytes; // which the accepted ones inherit
            return socket;
        };
    }

    private async ValueTask<EndPoint> StartAsync<THandler>(EndPoint endpoint, X509Certificate2? certificate, Action<SocketTransportOptions>? tune = null)
        where THandler : ConnectionHandler
    {
        ListenOptions? listen = null;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = inlineScheduling;
            tune?.Invoke(sockets);
        });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(endpoint, options =>
        {
            if (certificate is not null) options.UseHttps(certificate);
            options.UseConnectionHandler<THandler>();
            listen = options;
        }));
        builder.Services.AddSingleton<THandler>();
        WebApplication application = builder.Build();
        await application.StartAsync();
        return listen!.EndPoint; // set by the callback, which ran when Kestrel started
    }
}
