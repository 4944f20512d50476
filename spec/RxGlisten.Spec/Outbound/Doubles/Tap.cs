namespace RxGlisten.Spec.Outbound.Doubles;

/// <summary>What a <see cref="TappedEndPoint"/> saw, and what it does in between.</summary>
internal sealed class Tap
{
    private readonly List<int> _sends = [];

    /// <summary>The bytes of each send that sent something.</summary>
    public IReadOnlyList<int> Sends => _sends;

    /// <summary>Bytes to look out for; see <see cref="SentInPlace"/>.</summary>
    public byte[] Original { get; set; } = [];

    /// <summary>How many bytes were sent from where <see cref="Original"/> has them, and not from a copy.</summary>
    public int SentInPlace { get; private set; }

    /// <summary>What the last receive was given to receive into.</summary>
    public Memory<byte> ReceivedInto { get; set; }

    /// <summary>Called before a send that does not wait.</summary>
    public Action? BeforeSend { get; set; }

    /// <summary>Called when a FIN was sent.</summary>
    public Action? AfterFin { get; set; }

    /// <summary>Stands in for the executor of connections.</summary>
    public Func<ITransportExecutor, ITransportExecutor> Executor { get; set; } = executor => executor;

    public Transfer Sent(ReadOnlySpan<byte> data, Transfer sent)
    {
        if (data.Overlaps(Original))
            SentInPlace += sent.Bytes;
        return Sent(sent);
    }

    public Transfer Sent(Transfer sent)
    {
        if (sent.Bytes > 0)
            _sends.Add(sent.Bytes);
        return sent;
    }
}
