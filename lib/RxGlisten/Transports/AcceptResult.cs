using System.Net.Sockets;

namespace RxGlisten;

/// <summary>What an accept gave: a connection, or why there is none.</summary>
/// <param name="Connection">The accepted connection; null when <paramref name="Error"/> is not <see cref="SocketError.Success"/>.</param>
/// <param name="Error">Why there is none.</param>
public readonly record struct AcceptResult(ITransportConnection? Connection, SocketError Error);
