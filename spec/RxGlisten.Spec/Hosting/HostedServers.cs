using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Hosting;

/// <summary>A host with servers, whose log is recorded.</summary>
internal sealed class HostedServers : IDisposable
{
    private readonly HostApplicationBuilder _builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
    private readonly Lazy<IHost> _host;

    public HostedServers()
    {
        _builder.Services.AddSingleton<ILoggerFactory>(Log);
        _host = new(_builder.Build);
    }

    /// <summary>What the container's loggers were told.</summary>
    public LogRecorder Log { get; } = new();

    /// <summary>What was logged about queries; the host tells that log of itself as well.</summary>
    public IEnumerable<string> Queries => Log.Entries.Where(entry => entry.Contains("query", StringComparison.Ordinal));

    public IServiceCollection Services => _builder.Services;

    public IHost Host => _host.Value;

    public IListener this[string name] => Host.Services.GetRequiredService<IRxServers>()[name];

    /// <summary>Adds a server.</summary>
    public HostedServers With<T>(EndPoint endpoint, Func<IListener, IObservable<T>> query, HostedServerOptions? options = null)
    {
        Services.AddRxServer(endpoint, (_, listener) => query(listener), options);
        return this;
    }

    /// <summary>Starts the host.</summary>
    public async Task<HostedServers> StartedAsync()
    {
        await Host.StartAsync().Soon();
        return this;
    }

    public void Dispose() => Task.Run(Host.Dispose).Soon().GetAwaiter().GetResult();
}
