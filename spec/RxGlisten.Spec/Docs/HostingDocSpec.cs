using System.Net;
using System.Reactive.Linq;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Docs;

/// <summary>The snippets of docs/guide/hosting.md.</summary>
public sealed class HostingDocSpec
{
    [Test]
    public async Task A_host_with_two_servers()
    {
        string[] args = [];
        // snippet: host-servers
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddScoped<Greeting>();
        builder.Services.AddRxServer("tcp://127.0.0.1:0", (services, listener) => listener
            .Serve(connection => connection.Inbound.Bytes()), new HostedServerOptions { Name = "echo" });
        builder.Services.AddRxServer("tcp://[::1]:0", (services, listener) => listener
            .Serve(connection => Observable.Using(services.CreateScope, scope => // the provider is the host's root: a scope for each connection
                Observable.Return(scope.ServiceProvider.GetRequiredService<Greeting>().Bytes))), new HostedServerOptions
            {
                Name = "greeting",
                Server = new ServerOptions { DrainTimeout = TimeSpan.FromSeconds(20) },
                QueryFailure = QueryFailure.Restart,
            });
        using var host = builder.Build();
        await host.StartAsync(); // in a program: await host.RunAsync();
        // end
        // snippet: host-listener
        var servers = host.Services.GetRequiredService<IRxServers>();
        var (echo, greeting) = (servers["echo"].LocalEndPoint, servers["greeting"].LocalEndPoint); // with the real ports
        // end
        Assert.That(await AskAsync(echo, "hello"), Is.EqualTo("hello"));
        Assert.That(await AskAsync(greeting, ""), Is.EqualTo("welcome\n"));
        await host.StopAsync().Soon();
    }

    private static async Task<string> AskAsync(EndPoint server, string question)
    {
        using var peer = await SocketPeer.ConnectAsync(server).Soon();
        await peer.SendAsync(Encoding.ASCII.GetBytes(question)).Soon();
        peer.FinishSending();
        return Encoding.ASCII.GetString((await peer.ReadToEndAsync().Soon()).Bytes);
    }

    private sealed class Greeting
    {
        public ReadOnlyMemory<byte> Bytes { get; } = "welcome\n"u8.ToArray();
    }
}
