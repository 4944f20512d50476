namespace RxGlisten.Testing;

/// <summary>What happened is not what a script expects; the message shows both timelines under each other.</summary>
/// <param name="message">Both timelines.</param>
public sealed class MarbleMismatchException(string message) : Exception(message);
