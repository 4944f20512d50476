namespace RxGlisten;

/// <summary>
/// The peer sent, or announced, a frame longer than the decoder's maximum. A served connection ends by it as <see cref="CloseKind.ProtocolError"/>.
/// </summary>
public sealed class FrameTooLargeException : ProtocolException
{
    /// <summary>Makes one.</summary>
    /// <param name="maxLength">The decoder's maximum, in bytes.</param>
    public FrameTooLargeException(int maxLength)
        : this($"A frame is longer than {maxLength} bytes.", maxLength)
    {
    }

    /// <summary>A header announced the length.</summary>
    internal FrameTooLargeException(ulong announced, int maxLength)
        : this($"A frame of {announced} bytes was announced; at most {maxLength} are allowed.", maxLength)
    {
    }

    private FrameTooLargeException(string message, int maxLength)
        : base(message) => MaxLength = maxLength;

    /// <summary>The decoder's maximum, in bytes.</summary>
    public int MaxLength { get; }
}
