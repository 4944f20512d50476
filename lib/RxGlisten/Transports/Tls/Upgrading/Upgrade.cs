using System.Reactive.Disposables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RxGlisten;

/// <summary>One upgrade: the handshake, and then the bond between the encrypted connection and the plain one below.</summary>
internal sealed class Upgrade(Connection plain, Func<ITransportConnection, TlsConnection> wrap, TimeSpan timeout, IObserver<IConnection> observer)
    : IConnectionOwner, IThreadPoolWorkItem, IDisposable
{
    private readonly SingleAssignmentDisposable _timer = new();
    private readonly Lock _gate = new(); // guards the two that follow together
    private Connection? _handshaking;
    private volatile bool _left;
    private PlainConnection? _below;
    private ILogger _log = NullLogger.Instance;
    private Task _run = Task.CompletedTask; // awaits itself: whatever happens in it is told

    public CancellationToken Draining => plain.Draining;

    /// <summary>The turn in which it begins.</summary>
    public void Execute() => _run = BeginAsync();

    /// <summary>The subscriber leaves: who was given the connection has it, and one that is still to come is not wanted.</summary>
    public void Dispose()
    {
        Connection? unwanted;
        lock (_gate)
        {
            _left = true;
            (unwanted, _handshaking) = (_handshaking, null);
        }

        unwanted?.Abort(CloseKind.Aborted, "The upgrade to TLS was given up.");
    }

    void IConnectionOwner.Release(Connection connection, CloseReason reason) =>
        plain.Closing.Follow(reason, _below!.IsAborted); // a connection that is released was made, and this before it

    void IConnectionOwner.Ended(Connection connection)
    {
    }

    private void TimeOut(Connection secure)
    {
        lock (_gate)
        {
            if (_handshaking is null)
                return;
            _handshaking = null;
        }

        secure.Abort(CloseKind.ProtocolError, $"The TLS handshake was not over after {timeout}.", new TimeoutException("The TLS handshake took too long."));
    }

    private async Task BeginAsync()
    {
        TlsConnection tls;
        Connection secure;
        if (_left)
            return;
        try
        {
            _log = QuietLogger.Of(plain.Settings.Options.LoggerFactory, TlsLog.Category);
            _below = new PlainConnection(plain);
            tls = await TlsConnection.MakeAsync(_below, wrap).ConfigureAwait(false);
            secure = new Connection(tls, plain.Settings.OverAnother, this) { Admittance = plain.Admittance };
            if (!plain.TryPut(secure))
                throw new InvalidOperationException("The connection was upgraded before; what is encrypted is the connection that came of that.");
        }
        catch (Exception e)
        {
            if (!_left)
                Tell(() => observer.OnError(e));
            return;
        }

        plain.Claim();
        lock (_gate)
            _handshaking = secure;
        plain.Watch(_below);
        if (_left)
            Dispose(); // it left before there was something to end
        if (timeout != Timeout.InfiniteTimeSpan)
            _timer.Disposable = plain.Settings.Clock.After(timeout, plain.Executor, new Turn(() => TimeOut(secure)));
        await RunAsync(secure, tls).ConfigureAwait(false);
    }

    private async Task RunAsync(Connection secure, TlsConnection tls)
    {
        var failure = await tls.HandshakeAsync().ConfigureAwait(false);
        _timer.Dispose();
        bool left;
        lock (_gate)
        {
            _handshaking = null;
            left = _left;
        }

        if (failure is not null)
        {
            var reason = secure.Closing.Refuse(_below!.Failure ?? failure); // Execute made it
            plain.Settings.Metrics.HandshakeFailed(reason.Kind);
            TlsLog.HandshakeFailed(_log, plain.Id, reason.Kind, reason.Detail, reason.Error);
            if (!left)
                Tell(() => observer.OnError(new ConnectionClosedException(reason)));
            return;
        }

        if (left)
            return; // it is aborted, or about to be
        try
        {
            observer.OnNext(secure);
        }
        catch (Exception e)
        {
            secure.Closing.Fault(e);
        }

        secure.OnDelivered(); // one that got lost on its way ends as unclaimed
        if (!_left)
            Tell(observer.OnCompleted);
    }

    private void Tell(Action call)
    {
        try
        {
            call();
        }
        catch (Exception e)
        {
            ConnectionLog.ObserverFaulted(plain.Settings.Log, plain.Id, e);
        }
    }
}
