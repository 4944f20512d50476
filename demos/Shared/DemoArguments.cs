namespace RxGlisten.Demos;

/// <summary>What a demo was started with: options, each with a value.</summary>
internal sealed class DemoArguments
{
    private readonly List<(string Name, string Value)> _options = [];

    /// <summary>Reads them; null where there is something else among them.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="names">The options there are.</param>
    public static DemoArguments? Parse(string[] args, IReadOnlyCollection<string> names)
    {
        var arguments = new DemoArguments();
        foreach (var pair in args.Chunk(2))
        {
            if (pair is not [var name, var value] || !names.Contains(name))
                return null;
            arguments._options.Add((name, value));
        }

        return arguments;
    }

    /// <summary>All values of an option, in their order.</summary>
    public IReadOnlyList<string> All(string name) => [.. _options.Where(option => option.Name == name).Select(option => option.Value)];

    /// <summary>The last value of an option; null where it was not given.</summary>
    public string? Last(string name) => All(name) is [.., var last] ? last : null;
}
