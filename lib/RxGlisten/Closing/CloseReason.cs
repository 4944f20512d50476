namespace RxGlisten;

/// <summary>Why a connection ended.</summary>
/// <param name="Kind">The kind of end.</param>
/// <param name="Detail">A sentence for a person.</param>
/// <param name="Error">The exception behind it, where there is one.</param>
public sealed record CloseReason(CloseKind Kind, string Detail, Exception? Error)
{
    /// <summary>Whether both sides ended orderly: <see cref="CloseKind.PeerClosed"/> or <see cref="CloseKind.LocalClosed"/>.</summary>
    internal bool IsOrderly => Kind is CloseKind.PeerClosed or CloseKind.LocalClosed;
}
