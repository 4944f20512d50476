namespace RxGlisten.Testing;

/// <summary>The client's side of a connection, as far as a marble script drives it. Calls are made on the script's scheduler, one at a time.</summary>
public interface IMarbleClient
{
    /// <summary>
    /// What the server sends: bytes as they come, completion on its FIN, an error on a reset. Subscribed once, before anything else is called.
    /// </summary>
    IObservable<ReadOnlyMemory<byte>> Received { get; }

    /// <summary>Sends bytes.</summary>
    /// <param name="data">They never change.</param>
    void Send(ReadOnlyMemory<byte> data);

    /// <summary>Sends FIN, and goes on receiving.</summary>
    void Finish();

    /// <summary>Resets the connection.</summary>
    void Reset();

    /// <summary>Leaves what the server sends unread.</summary>
    void StopReading();

    /// <summary>Goes on reading.</summary>
    void ResumeReading();
}
