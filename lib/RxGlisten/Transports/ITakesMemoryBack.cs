namespace RxGlisten;

/// <summary>
/// A receive buffer that takes its memory back when there was nothing to receive after all, so that who waits holds none; it is asked again then. What is
/// given to any other buffer's transport stays there until the receive ends.
/// </summary>
internal interface ITakesMemoryBack : IReceiveBuffer
{
    /// <summary>Takes it. Called by the transport, for which the receive goes on without it.</summary>
    void TakeMemoryBack();
}
