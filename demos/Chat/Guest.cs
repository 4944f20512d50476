using System.Runtime.CompilerServices;

namespace RxGlisten.Demos.Chat;

/// <summary>Somebody who is connected: a name, and the room that they are in. It begins as a stranger in the lobby.</summary>
internal sealed class Guest : IDisposable
{
    private static readonly ConditionalWeakTable<IConnection, Guest> s_guests = [];

    private readonly Names _names;
    private IDisposable _stay;

    public Guest(IConnection connection, Names names, Rooms rooms)
    {
        _names = names;
        (Connection, Rooms, Name) = (connection, rooms, names.TakeAny());
        s_guests.Add(connection, this);
        (Room, _stay) = rooms.Enter(Rooms.Lobby, this);
    }

    public IConnection Connection { get; }

    public Rooms Rooms { get; }

    public string Name { get; private set; }

    public Room Room { get; private set; }

    /// <summary>Whose connection it is.</summary>
    public static Guest Of(IConnection connection) => s_guests.TryGetValue(connection, out var guest)
        ? guest
        : throw new ArgumentException("The connection is nobody's.", nameof(connection));

    /// <summary>Takes another name, if it is free.</summary>
    public bool TryRename(string name)
    {
        if (!_names.TryExchange(Name, name))
            return false;
        Name = name;
        return true;
    }

    /// <summary>Leaves the room for another one.</summary>
    public void Move(string room)
    {
        _stay.Dispose();
        (Room, _stay) = Rooms.Enter(room, this);
    }

    public void Dispose()
    {
        _stay.Dispose();
        _names.Release(Name);
    }
}
