using System.Net.Sockets;
using NUnit.Framework;

namespace RxGlisten.Spec.Accepting;

public sealed class AcceptErrorPolicySpec
{
    [TestCase(SocketError.ConnectionAborted)]
    [TestCase(SocketError.ConnectionReset)]
    [TestCase(SocketError.Interrupted)]
    [TestCase(SocketError.WouldBlock)]
    [TestCase(SocketError.TryAgain)]
    [TestCase(SocketError.TimedOut)]
    [TestCase(SocketError.NetworkDown)]
    [TestCase(SocketError.ProtocolOption)]
    [TestCase(SocketError.ProtocolNotSupported)]
    [TestCase(SocketError.HostDown)]
    [TestCase(SocketError.HostUnreachable)]
    [TestCase(SocketError.NetworkUnreachable)]
    [TestCase(SocketError.OperationNotSupported)]
    [TestCase(SocketError.AccessDenied)]
    public void An_error_of_one_client_is_retried(SocketError error) => Expect(error, AcceptResponse.Retry);

    [TestCase(SocketError.TooManyOpenSockets)]
    [TestCase(SocketError.NoBufferSpaceAvailable)]
    [TestCase(SocketError.SocketError)] // ENOMEM and EPROTO have no value of their own
    public void A_shortage_is_waited_out(SocketError error) => Expect(error, AcceptResponse.BackOff);

    [TestCase(SocketError.OperationAborted)]
    [TestCase(SocketError.Shutdown)]
    public void A_closed_listener_ends_the_loop(SocketError error) => Expect(error, AcceptResponse.Stop);

    [TestCase(SocketError.InvalidArgument)]
    [TestCase(SocketError.NotSocket)]
    [TestCase(SocketError.Fault)]
    [TestCase(SocketError.Success)]
    [TestCase((SocketError)123456)]
    public void What_is_not_understood_fails(SocketError error) => Expect(error, AcceptResponse.Fail);

    private static void Expect(SocketError error, AcceptResponse response) => Assert.That(AcceptErrorPolicy.Respond(error), Is.EqualTo(response));
}
