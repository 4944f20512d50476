using System.Net;
using System.Reactive;

namespace RxGlisten;

/// <summary>A server that was added to a host's services.</summary>
/// <param name="Name">What it is called, unique.</param>
/// <param name="EndPoint">Where it listens.</param>
/// <param name="Options">How it lives; validated.</param>
/// <param name="Query">Makes what is subscribed; the end of it is all that is looked at.</param>
internal sealed record ServerRegistration(
    string Name, EndPoint EndPoint, HostedServerOptions Options, Func<IServiceProvider, IListener, IObservable<Unit>> Query);
