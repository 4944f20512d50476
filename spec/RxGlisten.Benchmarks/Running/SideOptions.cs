using System.Globalization;

namespace RxGlisten.Benchmarks.Running;

/// <summary>What the command line of a comparison beside the cells asks for.</summary>
/// <param name="Rounds">How often everything is measured.</param>
/// <param name="Write">Whether the docs are written.</param>
/// <param name="IsTrial">Whether it only shows that everything works: one round, and little in it.</param>
/// <param name="CommandLine">How it was started.</param>
internal sealed record SideOptions(int Rounds, bool Write, bool IsTrial, string CommandLine)
{
    private const int UsualRounds = 5;

    /// <summary>Null for bad arguments, after saying what is expected.</summary>
    public static SideOptions? Parse(string command, IReadOnlyList<string> arguments)
    {
        SideOptions options = new(UsualRounds, Write: false, IsTrial: false, $"dotnet run -c Release --project spec/RxGlisten.Benchmarks -- {string.Join(' ', [command, .. arguments])}");
        for (int i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--write") options = options with { Write = true };
            else if (arguments[i] == "--trial") options = options with { IsTrial = true, Rounds = 1 };
            else if (arguments[i] == "--rounds" && i + 1 < arguments.Count && int.TryParse(arguments[++i], CultureInfo.InvariantCulture, out int rounds) && rounds is > 0 and <= 100)
                options = options with { Rounds = rounds };
            else
                return Refused();
        }
        return options is { IsTrial: true, Write: true } ? Refused() : options;

        SideOptions? Refused()
        {
            Console.Error.WriteLine($"expected {command} [--rounds N] [--write | --trial]");
            return null;
        }
    }
}
