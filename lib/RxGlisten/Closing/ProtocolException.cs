namespace RxGlisten;

/// <summary>
/// The peer broke the protocol. A pipeline that fails with this ends its connection as <see cref="CloseKind.ProtocolError"/>
/// instead of <see cref="CloseKind.HandlerFault"/>.
/// </summary>
/// <param name="message">What was wrong and what was expected.</param>
/// <param name="inner">The cause, where there is one.</param>
public class ProtocolException(string message, Exception? inner = null) : Exception(message, inner);
