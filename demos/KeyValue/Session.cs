namespace RxGlisten.Demos.KeyValue;

/// <summary>One client: the version of the protocol that it speaks, the channels it is subscribed to, and what its commands do.</summary>
internal sealed class Session(KeyValueServer server, IConnection connection) : IDisposable
{
    private readonly Dictionary<byte[], Subscription> _subscriptions = new(ByteStringComparer.Instance);

    public KeyValueServer Server => server;

    public Store Store => server.Store;

    public Channels Channels => server.Channels;

    public IConnection Connection => connection;

    /// <summary>Writes its replies.</summary>
    public RespEncoder Encoder { get; } = new();

    /// <summary>Whether it is subscribed and speaks version 2, where messages can't be told from replies.</summary>
    public bool IsOnlyListening => _subscriptions.Count > 0 && Encoder.Version == 2;

    /// <summary>Does what a command says.</summary>
    public Reply Execute(Command command)
    {
        if (command.Count == 0)
            return Reply.None;
        if (!CommandTable.TryFind(command[0], out var entry))
            return Reply.Error($"ERR unknown command '{command[0].Shown()}'");
        if (!entry.Takes(command.Count))
            return Reply.WrongNumber(entry.Name);
        if (IsOnlyListening && !entry.IsForSubscribers)
            return Reply.Error($"ERR Can't execute '{entry.Name}': only SUBSCRIBE / UNSUBSCRIBE / PING / QUIT are allowed in this context");
        return entry.Run(this, command);
    }

    /// <summary>Speaks this version of the protocol from now on, and says so in front of the first message that comes in it.</summary>
    public void Speak(int version, Reply greeting)
    {
        var isOther = version != Encoder.Version;
        Encoder.Version = version;
        connection.Outbound.OnNext(Encoder.ToBytes(greeting));
        if (!isOther)
            return;
        foreach (var subscription in _subscriptions.Values)
            subscription.MoveTo(version);
    }

    /// <summary>Subscribes to a channel, and confirms it in front of its first message.</summary>
    public void Subscribe(byte[] channel)
    {
        var isNew = !_subscriptions.ContainsKey(channel);
        var confirmation = Confirmation("subscribe", Reply.Bulk(channel), _subscriptions.Count + (isNew ? 1 : 0));
        if (isNew)
            _subscriptions.Add(channel, Channels.Subscribe(channel, connection, Encoder, confirmation));
        else
            connection.Outbound.OnNext(Encoder.ToBytes(confirmation));
    }

    /// <summary>Unsubscribes from a channel: none of its messages comes behind the reply.</summary>
    public Reply Unsubscribe(byte[] channel)
    {
        if (_subscriptions.Remove(channel, out var subscription))
            subscription.Dispose();
        return Confirmation("unsubscribe", Reply.Bulk(channel), _subscriptions.Count);
    }

    /// <summary>Unsubscribes from all.</summary>
    public Reply UnsubscribeAll() => _subscriptions.Count == 0
        ? Confirmation("unsubscribe", Reply.Null, 0)
        : Reply.Several([.. _subscriptions.Keys.ToArray().Select(Unsubscribe)]);

    public void Dispose()
    {
        foreach (var subscription in _subscriptions.Values)
            subscription.Dispose();
        _subscriptions.Clear();
    }

    private static Reply Confirmation(string what, Reply channel, int count) => Reply.Push(Reply.Bulk(what), channel, Reply.Integer(count));
}
