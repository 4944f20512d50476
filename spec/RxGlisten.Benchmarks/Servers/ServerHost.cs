using System.Net;
using System.Net.Sockets;
using RxGlisten.Benchmarks.Running;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>The process of one server: says where it listens, and ends when its standard input does.</summary>
internal static class ServerHost
{
    public const string ListeningPrefix = "listening on ";

    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(5);

    public static async Task<int> RunAsync(string name, string[] rest)
    {
        if (ServerCatalog.Find(name) is not { } server)
        {
            await Console.Error.WriteLineAsync($"no server '{name}'");
            return 2;
        }
        EndPoint asked = rest is ["--unix", var path, ..]
            ? new UnixDomainSocketEndPoint(path)
            : new IPEndPoint(IPAddress.Loopback, 0);
        EndPoint bound = await (
            rest.Contains("--room") ? server.StartRoomAsync(asked)
            : rest.Contains("--blocking") ? server.StartBlockingAsync(asked)
            : server.StartAsync(asked, rest.Contains("--tls") ? DevelopmentCertificate.Make() : null));
        Console.WriteLine(ListeningPrefix + (bound is IPEndPoint ip ? $"{ip.Port}" : $"{bound}"));
        await ParentWatch.InputEndedAsync(LongestLife);
        return 0;
    }

    /// <summary>For what a server's own loops don't expect: the run has to hear of it.</summary>
    public static void Fail(Exception error)
    {
        Console.Error.WriteLine(error);
        Environment.Exit(3);
    }
}
