namespace RxGlisten;

/// <summary>What happens to a user message when <see cref="ConnectionOptions.UserMessageLimit"/> of them wait for a handler's loop already.</summary>
public enum UserMessagePolicy
{
    /// <summary>The connection ends as <see cref="CloseKind.HandlerFault"/>: its handler is too slow for what it is told. The default.</summary>
    Disconnect,

    /// <summary>The new message is dropped.</summary>
    DropNewest,

    /// <summary>The message that has waited longest is dropped: for news of which the latest counts.</summary>
    DropOldest,
}
