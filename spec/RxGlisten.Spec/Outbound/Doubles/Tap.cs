namespace RxGlisten.Spec.Outbound.Doubles;

/// <summary>What a <see cref="TappedEndPoint"/> saw, and what it does in between.</summary>
internal sealed class Tap
{
    private readonly List<int> _sends = [];

    /// <summary>The bytes of each send that sent something.</summary>
    public IReadOnlyList<int> Sends => _sends;

    /// <summary>Called before a send that does not wait.</summary>
    public Action? BeforeSend { get; set; }

    /// <summary>Called when a FIN was sent.</summary>
    public Action? AfterFin { get; set; }

    /// <summary>Stands in for the executor of connections.</summary>
    public Func<ITransportExecutor, ITransportExecutor> Executor { get; set; } = executor => executor;

    public Transfer Sent(Transfer sent)
    {
        if (sent.Bytes > 0)
            _sends.Add(sent.Bytes);
        return sent;
    }
}
