using System.Reactive.Disposables;

namespace RxGlisten.Demos.KeyValue;

/// <summary>Channels by their names; each is there as long as somebody is subscribed.</summary>
internal sealed class Channels
{
    private readonly Lock _gate = new();
    private readonly Dictionary<byte[], Channel> _channels = new(ByteStringComparer.Instance);

    /// <summary>Subscribes a connection, until the result is disposed. The first message comes behind the confirmation.</summary>
    public Subscription Subscribe(byte[] name, IConnection connection, RespEncoder encoder, Reply confirmation)
    {
        Channel channel;
        lock (_gate)
        {
            if (!_channels.TryGetValue(name, out channel!))
                _channels.Add(name, channel = new Channel());
            channel.Uses++;
        }

        var membership = channel.Join(connection, encoder, confirmation);
        return new Subscription(channel, connection, membership, Disposable.Create(() => Release(name, channel)));
    }

    /// <summary>Sends a message to all that are subscribed.</summary>
    /// <returns>How many these are.</returns>
    public int Publish(byte[] name, ReadOnlyMemory<byte> message)
    {
        Channel? channel;
        lock (_gate)
            _channels.TryGetValue(name, out channel);
        return channel?.Publish(Reply.Push(Reply.Bulk("message"), Reply.Bulk(name), Reply.Bulk(message))) ?? 0;
    }

    private void Release(byte[] name, Channel channel)
    {
        lock (_gate)
        {
            if (--channel.Uses > 0)
                return;
            _channels.Remove(name);
        }

        channel.Dispose();
    }
}
