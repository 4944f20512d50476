using System.Net;

namespace RxGlisten.Testing;

/// <summary>The books of all connections of a scenario, and what must hold for them at the end.</summary>
internal sealed class ConnectionBooks(Scenario scenario)
{
    private readonly Dictionary<EndPoint, SimulatedClient> _clients = [];
    private readonly Dictionary<IConnection, ConnectionBook> _books = [];

    public IReadOnlyCollection<ConnectionBook> All => _books.Values;

    public void Add(SimulatedClient client) => _clients.Add(client.LocalEndPoint, client);

    public void Add(IConnection connection)
    {
        if (!_books.TryAdd(connection, new ConnectionBook(connection, _clients.GetValueOrDefault(connection.RemoteEndPoint))))
            scenario.Fail($"Connection {connection.RemoteEndPoint} was given twice.");
    }

    public ConnectionBook Of(IConnection connection)
    {
        if (!_books.TryGetValue(connection, out var book))
            _books.Add(connection, book = new ConnectionBook(connection, _clients.GetValueOrDefault(connection.RemoteEndPoint)));
        return book;
    }

    /// <summary>When nothing is left to happen, nobody waits for what is there.</summary>
    public void CheckRest()
    {
        foreach (var book in _books.Values)
        {
            if (book.Connection.Closed.IsCompleted || book.Client is not { Server: { } server } client)
                continue;
            var reads = book.Inbound is { IsEnded: false, IsDisposed: false };
            if (reads && book.Held == 0 && server.UnreadBytes > 0 && book.Connection.Outbound.QueuedBytes == 0)
                scenario.Fail($"{client.LocalEndPoint}: {server.UnreadBytes} bytes have arrived, nothing is on hold, and nobody reads them.");
            if (book.Connection.Outbound.QueuedBytes > 0 && !client.Stream.IsPaused)
                scenario.Fail($"{client.LocalEndPoint}: {book.Connection.Outbound.QueuedBytes} bytes are queued, there is room, and nobody sends them.");
        }
    }

    /// <summary>After the stop: every connection is closed, for a reason, and what was delivered is what was sent.</summary>
    public void CheckEnd()
    {
        foreach (var book in _books.Values)
        {
            if (!book.Connection.Closed.IsCompletedSuccessfully)
            {
                scenario.Fail($"{book.Connection.RemoteEndPoint}: it never closed.");
                continue;
            }

            if (book.Client is not null)
                new DeliveryCheck(scenario, book, book.Client).Check();
        }
    }
}
