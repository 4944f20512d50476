using System.Net;
using System.Reactive;
using System.Reactive.Linq;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace RxGlisten;

/// <summary>Adds servers to a .NET Generic Host.</summary>
public static class HostingExtensions
{
    /// <summary>
    /// Adds a server that binds when the host starts and drains when it stops. Servers start in the order in which they (and other hosted
    /// services) were added, and stop in the opposite one. One that can't bind fails the start of the host with its
    /// <see cref="ListenException"/>. Any number of servers, each with a name of its own.
    /// </summary>
    /// <typeparam name="T">What the query yields; nobody looks at it.</typeparam>
    /// <param name="services">The host's services.</param>
    /// <param name="address">As for <see cref="RxServer.Bind(string, ServerOptions?)"/>.</param>
    /// <param name="query">
    /// Makes the query that serves the listener, once when the host starts and once more for each restart: the provider is the host's root,
    /// the listener is bound and has no subscriber yet. An error of the query, or a throw here, is met by
    /// <see cref="HostedServerOptions.QueryFailure"/>. When the query completes, listening is over and the host goes on. One that goes on
    /// when its listener has ended is unsubscribed when the time for a stop is over.
    /// </param>
    /// <param name="options">How the server lives; null for the defaults.</param>
    /// <exception cref="FormatException">The address is not one.</exception>
    /// <exception cref="ArgumentException">There is a server of that name already; give this one a <see cref="HostedServerOptions.Name"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static IServiceCollection AddRxServer<T>(
        this IServiceCollection services, string address, Func<IServiceProvider, IListener, IObservable<T>> query, HostedServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Add(services, address, ServerAddress.Parse(address), query, options);
    }

    /// <summary>Adds a server, as <see cref="AddRxServer{T}(IServiceCollection, string, Func{IServiceProvider, IListener, IObservable{T}}, HostedServerOptions?)"/>.</summary>
    /// <typeparam name="T">What the query yields; nobody looks at it.</typeparam>
    /// <param name="services">The host's services.</param>
    /// <param name="endpoint">Where to listen; port 0 lets the system choose.</param>
    /// <param name="query">Makes the query that serves the listener.</param>
    /// <param name="options">How the server lives; null for the defaults.</param>
    /// <exception cref="ArgumentException">There is a server of that name already; give this one a <see cref="HostedServerOptions.Name"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static IServiceCollection AddRxServer<T>(
        this IServiceCollection services, EndPoint endpoint, Func<IServiceProvider, IListener, IObservable<T>> query, HostedServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return Add(services, ServerAddress.Format(endpoint), endpoint, query, options);
    }

    private static IServiceCollection Add<T>(
        IServiceCollection services, string address, EndPoint endpoint, Func<IServiceProvider, IListener, IObservable<T>> query, HostedServerOptions? options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(query);
        HostedServerOptions valid = options ?? new HostedServerOptions();
        string name = valid.Name ?? address;
        ArgumentException.ThrowIfNullOrEmpty(name, nameof(HostedServerOptions.Name));
        ServerOptionsValidator.Validate(valid.Server);
        OptionRange.RequireDefined(valid.QueryFailure, nameof(HostedServerOptions.QueryFailure));
        if (services.Any(service => service is { IsKeyedService: false, ImplementationInstance: ServerRegistration other } && other.Name == name))
            throw new ArgumentException($"There is a server called '{name}' already. Give one of the two another {nameof(HostedServerOptions)}.{nameof(HostedServerOptions.Name)}.", nameof(options));

        var registration = new ServerRegistration(name, endpoint, valid, (provider, listener) => query(provider, listener).IgnoreElements().Select(static _ => Unit.Default));
        services.AddSingleton(registration);
        services.TryAddSingleton<RxServers>();
        services.TryAddSingleton<IRxServers>(static provider => provider.GetRequiredService<RxServers>());
        return services.AddSingleton<IHostedService>(provider => new HostedServer(registration, provider));
    }
}
