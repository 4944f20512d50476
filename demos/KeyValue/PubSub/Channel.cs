namespace RxGlisten.Demos.KeyValue;

/// <summary>A channel's subscribers: a group for each version of the protocol, so that a message is encoded once for all of them.</summary>
internal sealed class Channel : IDisposable
{
    private readonly ConnectionGroup[] _groups = [new(), new()]; // of versions 2 and 3
    private readonly Lock _gate = new(); // held while a message goes to both

    /// <summary>How many hold on to it. Under the lock of <see cref="Channels"/>.</summary>
    public int Uses { get; set; }

    public IDisposable Join(IConnection connection, RespEncoder encoder, Reply confirmation) =>
        _groups[encoder.Version - 2].Join(connection, encoder.ToBytes(confirmation));

    /// <summary>Moves a subscriber to the group of another version. It gets every message once.</summary>
    public IDisposable Move(IConnection connection, int version, IDisposable membership)
    {
        lock (_gate)
        {
            membership.Dispose();
            return _groups[version - 2].Join(connection);
        }
    }

    /// <summary>Sends a message.</summary>
    /// <returns>To how many.</returns>
    public int Publish(Reply message)
    {
        lock (_gate)
            return PublishToBoth(message);
    }

    public void Dispose() => Array.ForEach(_groups, group => group.Dispose());

    private int PublishToBoth(Reply message)
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
}
