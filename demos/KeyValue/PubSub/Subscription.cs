namespace RxGlisten.Demos.KeyValue;

/// <summary>A connection's place among the subscribers of a channel.</summary>
/// <param name="channel">The channel.</param>
/// <param name="connection">Whose it is.</param>
/// <param name="membership">Its place in the group of its version.</param>
/// <param name="use">What holds on to the channel.</param>
internal sealed class Subscription(Channel channel, IConnection connection, IDisposable membership, IDisposable use) : IDisposable
{
    private IDisposable _membership = membership;

    /// <summary>The connection speaks this version of the protocol from now on.</summary>
    public void MoveTo(int version) => _membership = channel.Move(connection, version, _membership);

    public void Dispose()
    {
        _membership.Dispose();
        use.Dispose();
    }
}
