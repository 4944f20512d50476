namespace RxGlisten.Testing;

/// <summary>What is known of one connection of a scenario, from both of its ends.</summary>
internal sealed class ConnectionBook(IConnection connection, SimulatedClient? client)
{
    private readonly MemoryStream _received = new();
    private readonly MemoryStream _replies = new();

    public IConnection Connection => connection;

    /// <summary>Null for a client that the scenario connected by itself.</summary>
    public SimulatedClient? Client => client;

    /// <summary>The last subscription of what it receives; null when that is not watched.</summary>
    public Observed<Message>? Inbound { get; set; }

    /// <summary>Whether what is sent is watched.</summary>
    public bool HasReplies { get; set; }

    /// <summary>Whether the scenario ends it, so that not all need be delivered.</summary>
    public bool IsCut { get; set; }

    /// <summary>Packets on hold.</summary>
    public int Held { get; set; }

    public ReadOnlySpan<byte> Received => Written(_received);

    public ReadOnlySpan<byte> Replies => Written(_replies);

    public void OnReceived(ReadOnlyMemory<byte> data) => _received.Write(data.Span);

    public void OnReply(ReadOnlyMemory<byte> data)
    {
        HasReplies = true;
        if (client?.Server is { FinSent: true } or { IsEnded: true })
            return; // too late, and nobody expects it to arrive
        _replies.Write(data.Span);
    }

    private static ReadOnlySpan<byte> Written(MemoryStream stream) => stream.GetBuffer().AsSpan(0, (int)stream.Length);
}
