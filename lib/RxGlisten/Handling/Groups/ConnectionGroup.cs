using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RxGlisten;

/// <summary>
/// Broadcast: an observer of bytes over the connections that have joined, a chat room, say. What it is given is sent to each member, as its
/// <see cref="IConnection.Outbound"/> would, and no reference to it is kept. Every member gets all messages in the same order: concurrent calls wait for each other,
/// never for a peer. A member that reads too slowly falls to <see cref="GroupOptions.SlowConsumerPolicy"/> and holds up nobody else.
/// The group owns no connection, and outlives what feeds it: <see cref="OnCompleted"/> and <see cref="OnError"/> do nothing, so that any number of
/// sequences can be subscribed to it; <see cref="Dispose"/> ends it. All members are thread-safe.
/// </summary>
/// <example>
/// A room in which everybody hears everybody:
/// <c>connections.Serve(c => Observable.Using(() => room.Join(c), _ => c.Inbound.Bytes().Do(room).IgnoreElements()))</c>.
/// </example>
public sealed class ConnectionGroup : IObserver<ReadOnlyMemory<byte>>, IDisposable
{
    private readonly GroupOptions _options;
    private readonly Lock _gate = new();
    private readonly Lock _order = new(); // held while a message goes to all, and never inside _gate
    private readonly Dictionary<IConnection, GroupMember> _members = new(ReferenceEqualityComparer.Instance);
    private readonly ChangeFeed<GroupChange> _changes;
    private readonly ChangeFeed<int> _counts;
    private GroupMember[]? _snapshot; // made when it is next needed
    private bool _disposed;

    /// <summary>An empty group.</summary>
    /// <param name="options">How it treats its members; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public ConnectionGroup(GroupOptions? options = null)
    {
        _options = options ?? new GroupOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.LimitBytes, 1, nameof(GroupOptions.LimitBytes));
        ILogger log = _options.LoggerFactory is { } factory ? new QuietLogger(factory.CreateLogger(GroupLog.Category)) : NullLogger.Instance;
        (_changes, _counts) = (new ChangeFeed<GroupChange>(_gate, log), new ChangeFeed<int>(_gate, log));
        Changes = new Feed<GroupChange>(_changes, () => _members.Keys.Select(member => new GroupChange(GroupChangeKind.Joined, member, null)));
        Count = new Feed<int>(_counts, () => [_members.Count]);
    }

    /// <summary>
    /// How many members there are: the number inside <c>Subscribe</c>, then each change, in order, on the thread that made it or on that of another change. Any number of
    /// subscribers; completes when the group is disposed.
    /// </summary>
    public IObservable<int> Count { get; }

    /// <summary>
    /// Who joins and leaves: a <see cref="GroupChangeKind.Joined"/> for each member inside <c>Subscribe</c>, then each change, in order, on the thread that
    /// made it or, while that of another change tells, by that one. So a change may be told after <see cref="Join"/> has returned, and has no order with messages: what the others
    /// must hear before the member's own words is a message, sent behind <see cref="Join"/>. Any number of subscribers; completes when the group is disposed.
    /// </summary>
    public IObservable<GroupChange> Changes { get; }

    /// <summary>The members, a snapshot.</summary>
    public IReadOnlyCollection<IConnection> Members
    {
        get
        {
            lock (_gate) return [.. _members.Keys];
        }
    }

    /// <summary>
    /// Makes a connection a member, until the result is disposed or it closes. One that joins more than once is a member once, until all of
    /// that is disposed; one that is closed already leaves at once.
    /// </summary>
    /// <param name="connection">Who joins; the group does not own it.</param>
    /// <param name="greeting">
    /// What it is sent as it joins, even if it is a member already: all that the group is given later comes behind it. Free when this returns; default nothing.
    /// </param>
    /// <returns>
    /// Its membership; disposing it is leaving. What was sent before still arrives, and once it has returned nothing more of the group is sent.
    /// </returns>
    /// <exception cref="InvalidOperationException">The group may drop messages, and the connection's options don't say that its messages stand alone.</exception>
    /// <exception cref="ObjectDisposedException">The group is disposed.</exception>
    public IDisposable Join(IConnection connection, ReadOnlyMemory<byte> greeting = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var owned = new OwnedConnection(connection);
        if (_options.SlowConsumerPolicy != SlowConsumerPolicy.Disconnect && owned.Queue is { TakesWholeMessages: false })
        {
            throw new InvalidOperationException(
                $"The group's {nameof(GroupOptions.SlowConsumerPolicy)} is {_options.SlowConsumerPolicy}, which drops messages: " +
                $"its members need {nameof(ConnectionOptions.DropsAreWholeMessages)} in their options.");
        }

        GroupMember member;
        bool isNew;
        lock (_order) // no message between the greeting and the membership
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                isNew = !_members.TryGetValue(connection, out GroupMember? known);
                member = known ?? new GroupMember(this, owned);
                member.Joins++;
                if (isNew) Change(GroupChangeKind.Joined, member, null);
            }

            if (!greeting.IsEmpty) member.Send(greeting, _options);
        }

        if (isNew)
        {
            Tell();
            member.Watch(); // after it was told of: one that is closed already leaves in here
        }

        return new Membership(this, member);
    }

    /// <summary>A way to send to all members but one: what a member says to the others.</summary>
    /// <param name="connection">Who is left out; it need not be a member.</param>
    public IObserver<ReadOnlyMemory<byte>> Except(IConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new Broadcast<ReadOnlyMemory<byte>>(this, static data => data, connection);
    }

    /// <summary>A way to send values: each is encoded once, for all members.</summary>
    /// <param name="encode">Gives the bytes of a value; what it throws is the caller's of <c>OnNext</c>.</param>
    /// <typeparam name="T">What is sent.</typeparam>
    public IObserver<T> Encode<T>(Func<T, ReadOnlyMemory<byte>> encode)
    {
        ArgumentNullException.ThrowIfNull(encode);
        return new Broadcast<T>(this, encode, null);
    }

    /// <summary>Sends to all members.</summary>
    /// <param name="value">The message; free when this returns.</param>
    public void OnNext(ReadOnlyMemory<byte> value) => Send(value, null);

    /// <summary>Does nothing: the error is that of one of the sequences that feed the group.</summary>
    /// <param name="error">Not looked at.</param>
    public void OnError(Exception error)
    {
    }

    /// <summary>Does nothing: one of the sequences that feed the group ended.</summary>
    public void OnCompleted()
    {
    }

    /// <summary>Ends the group: all leave it, and live on. Idempotent.</summary>
    public void Dispose()
    {
        GroupMember[] members;
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            members = [.. _members.Values];
            foreach (GroupMember member in members) Change(GroupChangeKind.Left, member, null);
            _changes.Complete();
            _counts.Complete();
        }

        foreach (GroupMember member in members) member.Unwatch();
        Tell();
    }

    /// <summary>Sends to all members but one.</summary>
    internal void Send(ReadOnlyMemory<byte> data, IConnection? except)
    {
        if (data.IsEmpty) return;
        lock (_order)
        {
            foreach (GroupMember member in Snapshot())
            {
                if (!ReferenceEquals(member.Connection, except)) member.Send(data, _options);
            }
        }
    }

    /// <summary>A member's connection has closed.</summary>
    internal void Closed(GroupMember member, CloseReason reason)
    {
        if (TryRemove(member, reason)) Tell();
    }

    private void Leave(GroupMember member)
    {
        lock (_order) // a message that is going out now may have it among its receivers
        {
            if (!TryRemove(member, null)) return;
        }

        member.Unwatch();
        Tell();
    }

    /// <summary>Takes out a member that closed, or that left as often as it joined.</summary>
    /// <returns>Whether it is a member no more.</returns>
    private bool TryRemove(GroupMember member, CloseReason? reason)
    {
        lock (_gate)
        {
            if (!_members.TryGetValue(member.Connection, out GroupMember? current) || current != member) return false;
            if (reason is null && --member.Joins > 0) return false;
            Change(GroupChangeKind.Left, member, reason);
            return true;
        }
    }

    /// <summary>Under the lock; then <see cref="Tell"/>.</summary>
    private void Change(GroupChangeKind kind, GroupMember member, CloseReason? reason)
    {
        if (kind == GroupChangeKind.Joined) _members.Add(member.Connection, member);
        else _members.Remove(member.Connection);
        _snapshot = null;
        _changes.Add(new GroupChange(kind, member.Connection, reason));
        _counts.Add(_members.Count);
    }

    private void Tell()
    {
        _changes.Tell();
        _counts.Tell();
    }

    private GroupMember[] Snapshot()
    {
        lock (_gate) return _snapshot ??= [.. _members.Values];
    }

    private sealed class Membership(ConnectionGroup group, GroupMember member) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0) group.Leave(member);
        }
    }

    private sealed class Feed<T>(ChangeFeed<T> changes, Func<IEnumerable<T>> present) : IObservable<T>
    {
        public IDisposable Subscribe(IObserver<T> observer) => changes.Subscribe(observer, present);
    }
}
