using System.Globalization;
using System.Text;

namespace RxGlisten.Demos.KeyValue;

/// <summary>Commands about the server.</summary>
internal static class ServerCommands
{
    private static readonly (string Name, string Value)[] s_settings =
    [
        ("appendonly", "no"), ("databases", "1"), ("maxmemory", "0"), ("proto-max-bulk-len", $"{KeyValueServer.MaxCommandBytes}"), ("save", ""), ("timeout", "0"),
    ];

    public static IReadOnlyList<CommandEntry> All { get; } =
    [
        new("info", -1, KeyPositions.None, (session, _) => Reply.Bulk(session.Server.Info())),
        new("config", -2, KeyPositions.None, (_, command) => Config(command)),
        new("command", -1, KeyPositions.None, (_, command) => Commands(command)),
    ];

    private static Reply Config(Command command)
    {
        if (!command[1].Is("get") || command.Count < 3)
            return Unknown("CONFIG", command);
        var found = new List<Reply>();
        foreach (var (name, value) in s_settings)
        {
            for (var i = 2; i < command.Count; i++)
            {
                if (!GlobPattern.Matches(command[i], Encoding.UTF8.GetBytes(name)))
                    continue;
                found.AddRange([Reply.Bulk(name), Reply.Bulk(value)]);
                break;
            }
        }

        return Reply.Map([.. found]);
    }

    private static Reply Commands(Command command)
    {
        if (command.Count == 1)
            return Reply.Array([.. CommandTable.All.Select(Described)]);
        if (command[1].Is("count"))
            return Reply.Integer(CommandTable.All.Count);
        return command[1].Is("docs") ? Reply.Map() : Unknown("COMMAND", command);
    }

    private static Reply Described(CommandEntry entry) => Reply.Array(
        Reply.Bulk(entry.Name),
        Reply.Integer(entry.Arity),
        Reply.Array(),
        Reply.Integer(entry.Keys.First),
        Reply.Integer(entry.Keys.Last),
        Reply.Integer(entry.Keys.Step));

    private static Reply Unknown(string name, Command command) =>
        Reply.Error(string.Create(CultureInfo.InvariantCulture, $"ERR unknown subcommand or wrong number of arguments for '{command[1].Shown()}' of {name}"));
}
