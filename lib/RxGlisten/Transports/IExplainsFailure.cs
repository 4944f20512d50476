namespace RxGlisten;

/// <summary>A transport's connection that knows more of what went wrong than a socket error says.</summary>
internal interface IExplainsFailure
{
    /// <summary>Why it failed; null when it did not, or when the socket error says all.</summary>
    CloseReason? Failure { get; }
}
