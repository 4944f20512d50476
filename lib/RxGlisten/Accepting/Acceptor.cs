using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace RxGlisten;

/// <summary>
/// One accept loop: waits at the gate, takes a slot, accepts, hands the connection over and waits until it was delivered. It ends when
/// the gate does, and dies, for its pool to restart it, of an error that is not understood.
/// </summary>
internal sealed class Acceptor(
    ITransportListener transport, AcceptGate gate, ConnectionSlots slots, AtLimitPolicy atLimit, Clock clock, IReception reception)
{
    // Retrying at once is right as long as each error used up one client. EOPNOTSUPP, say, is also what a socket that can't accept at
    // all gives, for ever: after so many in a row the loop waits between them instead of spinning.
    private const int RetriesInARow = 64;

    private readonly BackOff _backOff = BackOff.OfAcceptor();
    private int _retries;

    // The pooling builder is not for speed alone: it runs continuations inline whatever SynchronizationContext the thread has, where a
    // task would go to the thread pool (a test framework that has one is enough), and virtual time would not wait for it.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RunAsync()
    {
        while (await gate.WaitAsync(transport.Executor).ConfigureAwait(false) is { } open)
        {
            bool slot = atLimit == AtLimitPolicy.Close
                ? slots.TryAcquire()
                : await slots.AcquireAsync(transport.Executor, open).ConfigureAwait(false);
            if (slot || atLimit == AtLimitPolicy.Close) await AcceptAsync(slot, open).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AcceptAsync(bool slot, CancellationToken open)
    {
        if (open.IsCancellationRequested || !reception.TryBegin())
        {
            if (slot) slots.Release();
            return;
        }

        AcceptResult accepted = default;
        Exception? thrown = null;
        try
        {
            accepted = await transport.AcceptAsync(open).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            thrown = exception;
        }

        if (accepted.Connection is { } connection)
        {
            _backOff.Reset();
            _retries = 0;

            // A slot that was freed while this accept waited is as good as one taken before it.
            if (slot || slots.TryAcquire()) await reception.TakeAsync(connection).ConfigureAwait(false);
            else reception.TurnAway(connection);
            return;
        }

        if (slot) slots.Release();
        reception.End();

        // The gate closed: that is what ended the accept, and nothing failed.
        if (!open.IsCancellationRequested) await RespondAsync(accepted.Error, thrown, open).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RespondAsync(SocketError error, Exception? thrown, CancellationToken open)
    {
        AcceptResponse response = thrown is null ? AcceptErrorPolicy.Respond(error) : AcceptResponse.Fail;
        if (response == AcceptResponse.Retry && ++_retries > RetriesInARow) response = AcceptResponse.BackOff;
        reception.Report(new AcceptError(thrown is null ? error : SocketErrorOf(thrown), response), thrown);
        switch (response)
        {
            case AcceptResponse.Retry:
                return;
            case AcceptResponse.BackOff:
                await Delay.WaitAsync(_backOff.Next(), clock, transport.Executor, open).ConfigureAwait(false);
                return;
            default:
                // Stop is here too: the gate is open, so somebody else closed the socket, and ending without a word would leave a
                // server that accepts nothing and says nothing.
                if (thrown is not null) ExceptionDispatchInfo.Throw(thrown);
                throw new SocketException((int)error);
        }
    }

    private static SocketError SocketErrorOf(Exception exception) =>
        exception is SocketException { SocketErrorCode: var error } ? error : SocketError.SocketError;
}
