namespace RxGlisten;

/// <summary>A certificate or a key that can't be used. The message says which, what is wrong with it and what was expected.</summary>
public sealed class TlsCertificateException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">Which, what is wrong and what was expected.</param>
    /// <param name="path">The file, where it came from one.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public TlsCertificateException(string message, string? path = null, Exception? inner = null)
        : base(message, inner)
    {
        Path = path;
    }

    /// <summary>The file that is wrong; null where it came from memory.</summary>
    public string? Path { get; }

    /// <summary>Whether time alone will mend it.</summary>
    internal bool IsNotValidYet { get; init; }
}
