namespace RxGlisten;

/// <summary>What happens when more than <see cref="ConnectionOptions.OutboundLimitBytes"/> would be queued for a peer that reads too slowly.</summary>
public enum SlowConsumerPolicy
{
    /// <summary>The connection is reset and ends as <see cref="CloseKind.SlowConsumer"/>. The default.</summary>
    Disconnect,

    /// <summary>The new message is dropped, whole. Needs <see cref="ConnectionOptions.DropsAreWholeMessages"/>.</summary>
    DropNewest,

    /// <summary>The oldest messages that were not started are dropped, whole, until the new one fits. Needs <see cref="ConnectionOptions.DropsAreWholeMessages"/>.</summary>
    DropOldest,
}
