namespace RxGlisten.Demos.KeyValue;

/// <summary>Commands about the connection itself.</summary>
internal static class ConnectionCommands
{
    private const string Version = "7.0.0"; // of Redis, whose commands of that version these are

    public static IReadOnlyList<CommandEntry> All { get; } =
    [
        new("ping", -1, KeyPositions.None, Ping) { IsForSubscribers = true },
        new("echo", 2, KeyPositions.None, (_, command) => Reply.Bulk(command.Memory(1))),
        new("hello", -1, KeyPositions.None, Hello),
        new("select", 2, KeyPositions.None, (_, command) => Select(command[1])),
        new("quit", -1, KeyPositions.None, (_, _) => Reply.Ok.AndEnd()) { IsForSubscribers = true },
    ];

    private static Reply Ping(Session session, Command command) => command.Count switch
    {
        > 2 => Reply.WrongNumber("ping"),
        _ when session.IsOnlyListening => Reply.Array(Reply.Bulk("pong"), Reply.Bulk(command.Count > 1 ? command.Memory(1) : default)),
        2 => Reply.Bulk(command.Memory(1)),
        _ => Reply.Pong,
    };

    private static Reply Hello(Session session, Command command)
    {
        var version = (long)session.Encoder.Version;
        if (command.Count > 1 && !command[1].TryInteger(out version))
            return Reply.Error("ERR Protocol version is not an integer or out of range");
        if (version is not (2 or 3))
            return Reply.Error("NOPROTO unsupported protocol version");
        var isKnown = true;
        for (var i = 2; i < command.Count;)
        {
            if (command[i].Is("setname") && i + 1 < command.Count)
                i += 2;
            else if (command[i].Is("auth") && i + 2 < command.Count)
            {
                isKnown = command[i + 1].SequenceEqual("default"u8); // who needs no password, so that any will do
                i += 3;
            }
            else
                return Reply.Error($"ERR Syntax error in HELLO option '{command[i].Shown()}'");
        }

        if (!isKnown)
            return Reply.Error("WRONGPASS invalid username-password pair or user is disabled.");
        var greeting = Reply.Map(
            Reply.Bulk("server"), Reply.Bulk("rxglisten"),
            Reply.Bulk("version"), Reply.Bulk(Version),
            Reply.Bulk("proto"), Reply.Integer(version),
            Reply.Bulk("id"), Reply.Integer(session.Connection.Id),
            Reply.Bulk("mode"), Reply.Bulk("standalone"),
            Reply.Bulk("role"), Reply.Bulk("master"),
            Reply.Bulk("modules"), Reply.Array());
        session.Speak((int)version, greeting);
        return Reply.None; // it is sent
    }

    private static Reply Select(ReadOnlySpan<byte> index)
    {
        if (!index.TryInteger(out var number))
            return Reply.NotAnInteger;
        return number == 0 ? Reply.Ok : Reply.Error("ERR DB index is out of range");
    }
}
