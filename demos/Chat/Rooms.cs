using System.Reactive.Disposables;

namespace RxGlisten.Demos.Chat;

/// <summary>The rooms by their names; each is there as long as somebody is in it.</summary>
internal sealed class Rooms
{
    /// <summary>Where everybody begins.</summary>
    public const string Lobby = "lobby";

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Room> _rooms = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All rooms, a snapshot.</summary>
    public IReadOnlyList<Room> All
    {
        get
        {
            lock (_gate)
                return [.. _rooms.Values];
        }
    }

    /// <summary>Lets a guest into a room, which is made if there is none of the name.</summary>
    /// <returns>The room, and what to dispose to leave it.</returns>
    public (Room Room, IDisposable Stay) Enter(string name, Guest guest)
    {
        Room room;
        lock (_gate)
        {
            if (!_rooms.TryGetValue(name, out room!))
                _rooms.Add(name, room = new Room(name));
            room.Uses++;
        }

        var stay = room.Enter(guest);
        return (room, Disposable.Create(() =>
        {
            stay.Dispose();
            Release(room);
        }));
    }

    private void Release(Room room)
    {
        lock (_gate)
        {
            if (--room.Uses > 0)
                return;
            _rooms.Remove(room.Name);
        }

        room.Dispose();
    }
}
