using System.Buffers.Text;

namespace RxGlisten.Demos.KeyValue;

/// <summary>Commands that get and set values.</summary>
internal static class StringCommands
{
    private const int MostDigits = 20; // of a whole number, with its sign

    public static IReadOnlyList<CommandEntry> All { get; } =
    [
        CommandEntry.OnStore("get", 2, KeyPositions.One, (store, command) => Get(store, command[1])),
        CommandEntry.OnStore("set", -3, KeyPositions.One, Set),
        CommandEntry.OnStore("mget", -2, KeyPositions.All, GetMany),
        CommandEntry.OnStore("mset", -3, KeyPositions.Pairs, SetMany),
        CommandEntry.OnStore("incr", 2, KeyPositions.One, (store, command) => Add(store, command[1], 1)),
        CommandEntry.OnStore("decr", 2, KeyPositions.One, (store, command) => Add(store, command[1], -1)),
        CommandEntry.OnStore("incrby", 3, KeyPositions.One, (store, command) =>
            command[2].TryInteger(out var amount) ? Add(store, command[1], amount) : Reply.NotAnInteger),
    ];

    private static Reply Get(Store store, ReadOnlySpan<byte> key) =>
        store.TryGet(key, out var entry) ? Reply.Bulk(entry.Value) : Reply.Null;

    private static Reply Set(Store store, Command command)
    {
        if (SetOptions.TryParse(command, out var options) is { } mistake)
            return mistake;
        var reply = Reply.Ok;
        if (options.ReturnsOld || options.OnlyNew || options.OnlyExisting)
        {
            var isThere = store.TryGet(command[1], out var old);
            var isRefused = isThere ? options.OnlyNew : options.OnlyExisting;
            reply = options.ReturnsOld ? Reply.BulkOrNull(old?.Value) : isRefused ? Reply.Null : Reply.Ok;
            if (isRefused)
                return reply;
        }

        var entry = store.Set(command[1], command[2].ToArray());
        if (!options.KeepsDue)
            store.Expire(entry, options.Lifetime is { } lifetime ? store.Now + lifetime : null);
        return reply;
    }

    private static Reply GetMany(Store store, Command command)
    {
        var values = new Reply[command.Count - 1];
        for (var i = 0; i < values.Length; i++)
            values[i] = Get(store, command[i + 1]);
        return Reply.Array(values);
    }

    private static Reply SetMany(Store store, Command command)
    {
        if (command.Count % 2 == 0)
            return Reply.WrongNumber("mset");
        for (var i = 1; i < command.Count; i += 2)
            store.Expire(store.Set(command[i], command[i + 1].ToArray()), null);
        return Reply.Ok;
    }

    private static Reply Add(Store store, ReadOnlySpan<byte> key, long amount)
    {
        var number = 0L;
        if (store.TryGet(key, out var entry) && !((ReadOnlySpan<byte>)entry.Value).TryInteger(out number))
            return Reply.NotAnInteger;
        var sum = number + amount;
        if (sum > number != amount > 0 && amount != 0)
            return Reply.Error("ERR increment or decrement would overflow");
        Span<byte> digits = stackalloc byte[MostDigits];
        Utf8Formatter.TryFormat(sum, digits, out var length); // there is room for all
        store.Set(key, digits[..length].ToArray());
        return Reply.Integer(sum);
    }
}
