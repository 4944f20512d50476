namespace RxGlisten;

/// <summary>A handler's loop ended with <see cref="Next.StopAbnormal"/>. It is the <see cref="CloseReason.Error"/> of its connection, and is thrown at nobody.</summary>
/// <param name="reason">What the loop said.</param>
public sealed class AbnormalStopException(string reason) : Exception(reason);
