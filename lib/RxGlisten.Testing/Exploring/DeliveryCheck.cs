namespace RxGlisten.Testing;

/// <summary>What must hold for the bytes and the end of one connection that is closed, whatever happened to it.</summary>
internal sealed class DeliveryCheck(Scenario scenario, ConnectionBook book, SimulatedClient client)
{
    private readonly CloseKind _kind = book.Connection.Closed.Result.Kind; // completed: the caller has seen it
    private readonly IReadOnlyList<Fault> _faults = scenario.FaultsOf(client);

    private bool IsOrderly =>
        _kind is CloseKind.PeerClosed or CloseKind.LocalClosed or CloseKind.HandlerFault or CloseKind.ProtocolError
            or CloseKind.IdleTimeout or CloseKind.MaximumAge or CloseKind.Unclaimed;

    /// <summary>Whether the pipeline was at its end, and no timeout took the connection from it.</summary>
    private bool EndedByItself => _kind is CloseKind.PeerClosed or CloseKind.LocalClosed or CloseKind.HandlerFault or CloseKind.ProtocolError;

    private bool IsEncrypted => book.Connection.Tls is not null;

    // A FIN in the middle of an encrypted stream cuts it.
    private bool MayBeReset => client.IsClosed || _faults.Any(fault => fault.Kind is FaultKind.Reset or FaultKind.Close || (fault.Kind == FaultKind.Finish && IsEncrypted));

    private bool IsSlow => _faults.Any(fault =>
        (fault.Kind is FaultKind.Stall or FaultKind.StopReading or FaultKind.Latency or FaultKind.Jitter && fault.For >= scenario.Tolerance)
        || (fault.Kind == FaultKind.Bandwidth && fault.Amount < 100_000)
        || (fault.Kind == FaultKind.Window && fault.Amount < 64));

    public void Check()
    {
        if (!IsEncrypted)
            CheckBytes();
        if (IsOrderly && !book.IsCut && !MayBeReset && !IsSlow && client.End != ClientEnd.Fin)
            Fail($"the close was orderly ({_kind}), and it saw {client.End} instead of a FIN");
        if (_kind is CloseKind.PeerReset or CloseKind.TransportError && !MayBeReset)
            Fail($"the server says {_kind}, and nobody reset anything");
    }

    private void CheckBytes()
    {
        Prefix(book.Received, client.SentBytes, "the server's observer was told");
        if (book.HasReplies)
            Prefix(client.ReceivedBytes, book.Replies, "the client was sent");
        if (client.End == ClientEnd.Fin && EndedByItself && book.HasReplies && !book.IsCut && client.ReceivedBytes.Length < book.Replies.Length)
            Fail($"it saw FIN after {client.ReceivedBytes.Length} of the {book.Replies.Length} bytes that were sent to it ({_kind}: {book.Connection.Closed.Result.Detail})");
        if (_kind == CloseKind.PeerClosed && book.Inbound is { IsEnded: true } && !book.IsCut && book.Received.Length < client.SentBytes.Length)
            Fail($"it finished orderly, and the server's observer was told {book.Received.Length} of its {client.SentBytes.Length} bytes");
        if (_kind == CloseKind.PeerReset && book.Inbound is { IsEnded: true } && !book.IsCut && book.Received.Length < client.Server?.ArrivedBytes)
            Fail($"{client.Server.ArrivedBytes} of its bytes arrived before the reset, and the server's observer was told {book.Received.Length}");
    }

    private void Prefix(ReadOnlySpan<byte> got, ReadOnlySpan<byte> whole, string what)
    {
        if (whole.StartsWith(got))
            return;
        var same = got.CommonPrefixLength(whole);
        Fail($"what {what} differs from what was sent at byte {same} (of {got.Length}, sent were {whole.Length})");
    }

    private void Fail(string what) => scenario.Fail($"{client.LocalEndPoint}: {what}.");
}
