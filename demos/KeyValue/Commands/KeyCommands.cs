namespace RxGlisten.Demos.KeyValue;

/// <summary>Commands about keys, whatever their values.</summary>
internal static class KeyCommands
{
    private const long NoKey = -2, NoDue = -1; // in place of a time to live

    public static IReadOnlyList<CommandEntry> All { get; } =
    [
        CommandEntry.OnStore("del", -2, KeyPositions.All, (store, command) => Count(command, key => store.Remove(key))),
        CommandEntry.OnStore("exists", -2, KeyPositions.All, (store, command) => Count(command, key => store.TryGet(key, out _))),
        CommandEntry.OnStore("expire", 3, KeyPositions.One, Expire),
        CommandEntry.OnStore("ttl", 2, KeyPositions.One, TimeToLive),
        CommandEntry.OnStore("keys", 2, KeyPositions.None, Keys),
        CommandEntry.OnStore("dbsize", 1, KeyPositions.None, (store, _) => Reply.Integer(store.Count)),
        CommandEntry.OnStore("flushall", -1, KeyPositions.None, FlushAll),
    ];

    private static Reply Count(Command command, Func<ReadOnlySpan<byte>, bool> isCounted)
    {
        var count = 0;
        for (var i = 1; i < command.Count; i++)
            count += isCounted(command[i]) ? 1 : 0;
        return Reply.Integer(count);
    }

    private static Reply Expire(Store store, Command command)
    {
        if (!command[2].TryInteger(out _))
            return Reply.NotAnInteger;
        if (!command[2].TryDuration(TimeSpan.FromSeconds(1), out var lifetime))
            return Reply.Error("ERR invalid expire time in 'expire' command");
        if (!store.TryGet(command[1], out var entry))
            return Reply.Integer(0);
        store.Expire(entry, store.Now + lifetime); // in the past, too: then it has expired
        return Reply.Integer(1);
    }

    private static Reply TimeToLive(Store store, Command command)
    {
        if (!store.TryGet(command[1], out var entry))
            return Reply.Integer(NoKey);
        return Reply.Integer(entry.Due is { } due ? (long)Math.Round((due - store.Now).TotalSeconds, MidpointRounding.AwayFromZero) : NoDue);
    }

    private static Reply Keys(Store store, Command command)
    {
        var found = new List<Reply>();
        foreach (var key in store.Keys)
        {
            if (GlobPattern.Matches(command[1], key))
                found.Add(Reply.Bulk(key));
        }

        return Reply.Array([.. found]);
    }

    private static Reply FlushAll(Store store, Command command)
    {
        store.Clear();
        return Reply.Ok;
    }
}
