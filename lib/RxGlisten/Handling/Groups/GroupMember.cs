namespace RxGlisten;

/// <summary>A connection in a group.</summary>
internal sealed class GroupMember : IConnectionWatcher
{
    private const string LimitName = "the group's LimitBytes";

    private readonly ConnectionGroup _group;
    private readonly OwnedConnection _connection;

    public GroupMember(ConnectionGroup group, OwnedConnection connection) => (_group, _connection) = (group, connection);

    /// <summary>The connection as it joined.</summary>
    public IConnection Connection => _connection.Public;

    /// <summary>How often it joined and did not leave. Under the group's lock.</summary>
    public int Joins { get; set; }

    /// <summary>From now on the group is told when it closes.</summary>
    public void Watch() => _connection.Watch(this);

    /// <summary>It left.</summary>
    public void Unwatch() => _connection.Unwatch(this);

    /// <summary>Sends, or does what the policy says.</summary>
    public void Send(ReadOnlyMemory<byte> data, GroupOptions options) =>
        ILimitedOutbound.Offer(Connection.Outbound, data, options.SlowConsumerPolicy, options.LimitBytes, LimitName);

    void IConnectionWatcher.OnClosed(CloseReason reason) => _group.Closed(this, reason);

    void IConnectionWatcher.OnSettled()
    {
    }
}
