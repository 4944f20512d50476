using System.Diagnostics.CodeAnalysis;

namespace RxGlisten.Testing;

/// <summary>
/// One direction of a connection in a short notation: <c>--a(bc)-'text'--F</c>. The table is in docs/guide/marbles.md. A script drives a client or a
/// pipeline, and another is what is expected of it. Immutable.
/// </summary>
public sealed class MarbleScript
{
    private MarbleScript(string text, TimeSpan frame, IReadOnlyList<MarbleEvent> events, TimeSpan duration)
    {
        Text = text;
        Frame = frame;
        Events = events;
        Duration = duration;
    }

    /// <summary>How long a character lasts where nothing else is said: 1 ms.</summary>
    public static TimeSpan DefaultFrame { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>How long a frame lasts.</summary>
    public TimeSpan Frame { get; }

    /// <summary>What happens, in order of time; times are whole frames.</summary>
    public IReadOnlyList<MarbleEvent> Events { get; }

    /// <summary>How long it lasts, with the silence at its end.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Reads a script.</summary>
    /// <param name="text">In the notation of docs/guide/marbles.md.</param>
    /// <param name="frame">How long a frame lasts; null for <see cref="DefaultFrame"/>.</param>
    /// <exception cref="MarbleSyntaxException">It is not a script; says where and what was expected.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The frame is not more than 0.</exception>
    public static MarbleScript Parse(string text, TimeSpan? frame = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var length = frame ?? DefaultFrame;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(length, TimeSpan.Zero, nameof(frame));
        var (events, duration) = new MarbleParser(text, length).Parse();
        return new MarbleScript(text, length, events, duration);
    }

    /// <summary>Reads a script, if it is one.</summary>
    /// <param name="text">Perhaps in the notation of docs/guide/marbles.md.</param>
    /// <param name="script">The script.</param>
    /// <param name="frame">How long a frame lasts; null for <see cref="DefaultFrame"/>.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out MarbleScript? script, TimeSpan? frame = null)
    {
        script = null;
        if (text is null)
            return false;
        try
        {
            script = Parse(text, frame);
            return true;
        }
        catch (MarbleSyntaxException)
        {
            return false;
        }
    }

    /// <summary>As it was written.</summary>
    public override string ToString() => Text;
}
