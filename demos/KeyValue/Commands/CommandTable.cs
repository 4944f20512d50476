using System.Diagnostics.CodeAnalysis;

namespace RxGlisten.Demos.KeyValue;

/// <summary>All commands, by name.</summary>
internal static class CommandTable
{
    private static readonly Dictionary<string, CommandEntry> s_entries = new CommandEntry[][]
    {
        [.. ConnectionCommands.All],
        [.. StringCommands.All],
        [.. KeyCommands.All],
        [.. PubSubCommands.All],
        [.. ServerCommands.All],
    }.SelectMany(entries => entries).ToDictionary(entry => entry.Name, new CommandNameComparer());

    private static readonly Dictionary<string, CommandEntry>.AlternateLookup<ReadOnlySpan<byte>> s_byName =
        s_entries.GetAlternateLookup<ReadOnlySpan<byte>>();

    public static IReadOnlyCollection<CommandEntry> All => s_entries.Values;

    public static bool TryFind(ReadOnlySpan<byte> name, [NotNullWhen(true)] out CommandEntry? entry) => s_byName.TryGetValue(name, out entry);
}
