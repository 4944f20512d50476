namespace RxGlisten.Testing;

/// <summary>A marble script that is not one: says where, and what was expected there.</summary>
public sealed class MarbleSyntaxException : FormatException
{
    /// <summary>Makes one.</summary>
    /// <param name="script">The script.</param>
    /// <param name="position">Where in it, from 0.</param>
    /// <param name="expectation">What was expected there.</param>
    public MarbleSyntaxException(string script, int position, string expectation)
        : base($"At position {position}: {expectation}\n  {Shown(script)}\n  {new string(' ', position)}^")
    {
        Script = script;
        Position = position;
        Expectation = expectation;
    }

    /// <summary>The script.</summary>
    public string Script { get; }

    /// <summary>Where in it, from 0.</summary>
    public int Position { get; }

    /// <summary>What was expected there.</summary>
    public string Expectation { get; }

    // One line, so that the marker stands under its place.
    private static string Shown(string script) => script.Replace('\n', ' ').Replace('\r', ' ').Replace('\t', ' ');
}
