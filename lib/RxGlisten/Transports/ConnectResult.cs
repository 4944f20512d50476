using System.Net.Sockets;

namespace RxGlisten;

/// <summary>What connecting gave: a connection, or why there is none.</summary>
/// <param name="Connection">The connection; null when <paramref name="Error"/> is not <see cref="SocketError.Success"/>.</param>
/// <param name="Error">Why there is none.</param>
public readonly record struct ConnectResult(ITransportConnection? Connection, SocketError Error);
