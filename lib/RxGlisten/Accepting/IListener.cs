using System.Net;

namespace RxGlisten;

/// <summary>
/// A bound listener: an observable of accepted connections. Accepting starts with the first subscriber and pauses without one.
/// One subscriber at a time (share with <c>Publish()</c>); <c>OnNext</c> calls are serial. It completes after it was stopped and its last
/// connection closed, and fails with <see cref="ListenException"/> when the acceptors can't be kept alive.
/// </summary>
public interface IListener : IObservable<IConnection>, IAsyncDisposable
{
    /// <summary>Where it listens: the real port where 0 was asked.</summary>
    EndPoint LocalEndPoint { get; }

    /// <summary>The connections that are open, a snapshot.</summary>
    IReadOnlyCollection<IConnection> Connections { get; }

    /// <summary>Accepts that failed and what was done about it. Hot, any number of subscribers; completes with the listener.</summary>
    IObservable<AcceptError> AcceptErrors { get; }

    /// <summary>Stops accepting; new connections wait in the backlog, open ones go on.</summary>
    void Pause();

    /// <summary>Goes on accepting.</summary>
    void Resume();

    /// <summary>
    /// Stops accepting, cancels <see cref="IConnection.Draining"/>, goes on serving, and aborts what is left when <paramref name="drain"/>
    /// is over as <see cref="CloseKind.ServerStopping"/>. Idempotent: the earliest deadline of several calls holds.
    /// </summary>
    /// <param name="drain">How long connections may take to finish; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellation">Cuts at once.</param>
    /// <returns>Completes when the last connection is closed.</returns>
    Task<DrainResult> StopAsync(TimeSpan drain, CancellationToken cancellation = default);
}
