using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;

namespace RxGlisten.Spec.Accepting;

/// <summary>What each accept error is answered with: by the pure function, and by a listener at work.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AcceptErrorPolicySpec
{
    private static readonly SocketError[] s_ofOneClient =
    [
        SocketError.ConnectionAborted, SocketError.ConnectionReset, SocketError.Interrupted, SocketError.WouldBlock, SocketError.TryAgain, SocketError.TimedOut,
        SocketError.NetworkDown, SocketError.NetworkReset, SocketError.ProtocolOption, SocketError.ProtocolNotSupported, SocketError.HostDown,
        SocketError.HostUnreachable, SocketError.NetworkUnreachable, SocketError.OperationNotSupported, SocketError.AccessDenied,
    ];

    private static readonly SocketError[] s_shortages =
    [
        SocketError.TooManyOpenSockets, SocketError.NoBufferSpaceAvailable, SocketError.SocketError, // ENOMEM and EPROTO have no value of their own
    ];

    private static readonly SocketError[] s_ofAClosedListener = [SocketError.OperationAborted, SocketError.Shutdown];

    private static readonly SocketError[] s_notUnderstood =
    [
        SocketError.InvalidArgument, SocketError.NotSocket, SocketError.Fault, SocketError.Success, (SocketError)123456,
    ];

    private readonly World _world = new();
    private readonly List<AcceptError> _errors = [];

    [TestCaseSource(nameof(s_ofOneClient))]
    public void An_error_of_one_client_is_retried(SocketError error)
    {
        Expect(error, AcceptResponse.Retry);
        Recorder recorder = FailLive(error, AcceptResponse.Retry, times: 5);
        _world.Connect();
        Assert.That((recorder.Connections.Count, recorder.Error), Is.EqualTo((1, (Exception?)null)), "at once");
    }

    [TestCaseSource(nameof(s_shortages))]
    public void A_shortage_is_waited_out(SocketError error)
    {
        Expect(error, AcceptResponse.BackOff);
        Recorder recorder = FailLive(error, AcceptResponse.BackOff, times: 1);
        _world.Connect();
        Assert.That(recorder.Connections, Is.Empty);
        _world.Advance(TimeSpan.FromMilliseconds(10));
        Assert.That((recorder.Connections.Count, recorder.Error), Is.EqualTo((1, (Exception?)null)));
    }

    [TestCaseSource(nameof(s_ofAClosedListener))]
    public void A_closed_listener_ends_the_loop(SocketError error)
    {
        Expect(error, AcceptResponse.Stop);
        ExpectDeaths(error, AcceptResponse.Stop);
    }

    [TestCaseSource(nameof(s_notUnderstood))]
    public void What_is_not_understood_fails(SocketError error)
    {
        Expect(error, AcceptResponse.Fail);
        ExpectDeaths(error, AcceptResponse.Fail);
    }

    [Test]
    public void No_other_error_has_an_answer_of_its_own()
    {
        SocketError[] listed = [.. s_ofOneClient, .. s_shortages, .. s_ofAClosedListener];
        Assert.That(Enum.GetValues<SocketError>().Except(listed).Select(AcceptErrorPolicy.Respond), Is.All.EqualTo(AcceptResponse.Fail));
    }

    private static void Expect(SocketError error, AcceptResponse response) => Assert.That(AcceptErrorPolicy.Respond(error), Is.EqualTo(response));

    /// <summary>Each ends an acceptor, which is restarted and accepts, until the budget is spent.</summary>
    private void ExpectDeaths(SocketError error, AcceptResponse response)
    {
        Recorder recorder = FailLive(error, response, times: 3);
        _world.Connect();
        Assert.That((recorder.Connections.Count, recorder.Error), Is.EqualTo((1, (Exception?)null)), "restarted");
        _world.Run(() => _world.Socket.Fail(error));
        Assert.That((recorder.Error as ListenException)?.SocketError, Is.EqualTo(error));
        Assert.That((_errors.Count, _world.Socket.IsDisposed), Is.EqualTo((4, true)));
    }

    /// <summary>A listener with one acceptor, whose accepts failed so often.</summary>
    private Recorder FailLive(SocketError error, AcceptResponse response, int times)
    {
        Listener listener = _world.Bind(_world.Options with { Acceptors = 1 });
        listener.AcceptErrors.Subscribe(_errors.Add);
        Recorder recorder = _world.Subscribe(listener);
        for (int i = 0; i < times; i++) _world.Run(() => _world.Socket.Fail(error));
        Assert.That(_errors, Is.EqualTo(Enumerable.Repeat(new AcceptError(error, response), times)));
        return recorder;
    }
}
