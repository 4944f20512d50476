namespace RxGlisten.Demos.KeyValue;

/// <summary>Commands of channels.</summary>
internal static class PubSubCommands
{
    public static IReadOnlyList<CommandEntry> All { get; } =
    [
        new("subscribe", -2, KeyPositions.None, Subscribe) { IsForSubscribers = true },
        new("unsubscribe", -1, KeyPositions.None, Unsubscribe) { IsForSubscribers = true },
        new("publish", 3, KeyPositions.None, (session, command) =>
            Reply.Integer(session.Channels.Publish(command[1].ToArray(), command.Memory(2)))),
    ];

    private static Reply Subscribe(Session session, Command command)
    {
        for (var i = 1; i < command.Count; i++)
            session.Subscribe(command[i].ToArray());
        return Reply.None; // each confirmation is sent as its channel is joined, in front of the first message
    }

    private static Reply Unsubscribe(Session session, Command command) => command.Count == 1
        ? session.UnsubscribeAll()
        : Reply.Several([.. Enumerable.Range(1, command.Count - 1).Select(i => session.Unsubscribe(command[i].ToArray()))]);
}
