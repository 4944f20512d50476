namespace RxGlisten;

/// <summary>A TLS handshake under way, and the connection that nobody was given yet. It ends with the connection handed on, or closed.</summary>
internal abstract class Handshake(TlsConnection tls, HandshakeDesk desk) : IThreadPoolWorkItem
{
    private Task _run = Task.CompletedTask;

    /// <summary>When it began, by the desk's clock.</summary>
    public TimeSpan Started { get; set; }

    /// <summary>Its place among those under way; guarded by the desk.</summary>
    public LinkedListNode<Handshake>? Place { get; set; }

    /// <summary>Why the desk takes its place away; set in the desk's lock.</summary>
    public CloseReason? Cause { get; set; }

    /// <summary>What it is the handshake of.</summary>
    protected TlsConnection Tls => tls;

    /// <summary>The turn in which it begins: never on the stack of the accept, which has others to come.</summary>
    public void Execute() => _run = RunAsync();

    /// <summary>Ends the connection, and so the handshake.</summary>
    /// <param name="cause">Why.</param>
    public abstract void Cut(CloseReason cause);

    /// <summary>It is over.</summary>
    /// <param name="failure">Why it failed; null where it did not.</param>
    /// <returns>Completes when the connection was handed on, or is closed.</returns>
    protected abstract ValueTask EndAsync(CloseReason? failure);

    private async Task RunAsync()
    {
        var failure = await tls.HandshakeAsync().ConfigureAwait(false);
        desk.Settle(this);
        await EndAsync(Cause ?? failure).ConfigureAwait(false);
        desk.Leave();
    }
}
