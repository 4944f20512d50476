namespace RxGlisten.Demos.Chat;

/// <summary>What a guest's line means.</summary>
internal static class ChatCommands
{
    private const int LongestName = 20;

    private static readonly string[] s_help =
    [
        "* /nick NAME   take another name",
        "* /join ROOM   go to another room",
        "* /rooms       the rooms, and how many are in each",
        "* /who         who is in this one",
        "* /quit        go",
        "* Whatever else you type, the others in the room hear.",
    ];

    /// <summary>Does what a line asks.</summary>
    /// <returns>What the guest is told, line by line.</returns>
    public static IEnumerable<string> Run(Guest guest, string line) => line.Split(' ', 2, StringSplitOptions.TrimEntries) switch
    {
        ["/nick", var name] => Nick(guest, name),
        ["/join", var room] => Join(guest, room),
        ["/rooms"] => guest.Rooms.All.Select(room => $"* {room.Name}: {room.Guests.Count()}"),
        ["/who"] => guest.Room.Guests.Select(other => $"* {other.Name}"),
        ["/help"] => s_help,
        [['/', ..], ..] => ["* no such command; /help tells which there are"],
        [""] => [],
        _ => Say(guest, line),
    };

    private static IEnumerable<string> Nick(Guest guest, string name)
    {
        var old = guest.Name;
        if (!IsName(name))
            return [$"* a name has 1 to {LongestName} letters, digits, - or _"];
        if (!guest.TryRename(name))
            return [$"* somebody is called {name} already"];
        guest.Room.Tell($"* {old} is {name} now");
        return [];
    }

    private static IEnumerable<string> Join(Guest guest, string room)
    {
        if (!IsName(room))
            return [$"* a room's name has 1 to {LongestName} letters, digits, - or _"];
        guest.Move(room);
        return [];
    }

    private static IEnumerable<string> Say(Guest guest, string text)
    {
        guest.Room.Say(guest, text);
        return [];
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
}
