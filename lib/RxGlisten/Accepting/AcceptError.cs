using System.Net.Sockets;

namespace RxGlisten;

/// <summary>An accept that failed, and what the acceptor did about it.</summary>
/// <param name="Error">The socket error.</param>
/// <param name="Response">What the acceptor did.</param>
public readonly record struct AcceptError(SocketError Error, AcceptResponse Response);
