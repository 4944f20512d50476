namespace RxGlisten.Demos.KeyValue;

/// <summary>A channel's subscribers: a group for each version of the protocol, so that a message is encoded once for all of them.</summary>
internal sealed class Channel : IDisposable
{
    private readonly ConnectionGroup[] _groups = [new(), new()]; // of versions 2 and 3

    /// <summary>How many hold on to it. Under the lock of <see cref="Channels"/>.</summary>
    public int Uses { get; set; }

    public IDisposable Join(IConnection connection, RespEncoder encoder, Reply confirmation) =>
        _groups[encoder.Version - 2].Join(connection, encoder.ToBytes(confirmation));

    /// <summary>Sends a message.</summary>
    /// <returns>To how many.</returns>
    public int Publish(Reply message)
    {
        var receivers = 0;
        for (var version = 2; version <= 3; version++)
        {
            var group = _groups[version - 2];
            var count = group.Members.Count;
            if (count > 0)
                group.OnNext(new RespEncoder { Version = version }.ToBytes(message));
            receivers += count;
        }

        return receivers;
    }

    public void Dispose() => Array.ForEach(_groups, group => group.Dispose());
}
