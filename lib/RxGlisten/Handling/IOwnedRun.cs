namespace RxGlisten;

/// <summary>What a server operator runs for one connection.</summary>
/// <typeparam name="T">What the operator gives.</typeparam>
internal interface IOwnedRun<T>
{
    /// <summary>Starts; tells <paramref name="set"/> of its elements and, once, of its end.</summary>
    void Start(ConnectionSet<T> set);

    /// <summary>The operator was disposed: closes the connection and gives no more.</summary>
    void Stop();
}
