using System.Net;
using System.Security.Cryptography.X509Certificates;
using RxGlisten.Benchmarks.Cells;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>An echo server, and perhaps a room, that a process of its own is given to; it lives until that process ends.</summary>
internal interface IEchoServer
{
    /// <summary>What it is called on the command line and in the tables.</summary>
    string Name { get; }

    /// <summary>One line for the report.</summary>
    string Description { get; }

    /// <summary>Environment variables its process needs, on top of those every server gets.</summary>
    IReadOnlyDictionary<string, string> Environment => System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Whether it can run on this machine.</summary>
    bool IsAvailable => true;

    /// <summary>Whether it is measured in a cell.</summary>
    bool Takes(Cell cell) => !cell.Tls && !cell.Room && !cell.Blocking;

    /// <summary>Binds and serves in the background.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="certificate">What to serve TLS with; null for plain bytes.</param>
    /// <returns>Where it listens: the real port where 0 was asked.</returns>
    ValueTask<EndPoint> StartAsync(EndPoint endpoint, X509Certificate2? certificate);

    /// <summary>The same as a room: greets each connection with a byte, and sends what one sends to all.</summary>
    ValueTask<EndPoint> StartRoomAsync(EndPoint endpoint) => throw new NotSupportedException($"{Name} is no room.");

    /// <summary>An echo that blocks its callback at every message of some connections, see <see cref="Blockade"/>.</summary>
    ValueTask<EndPoint> StartBlockingAsync(EndPoint endpoint) => throw new NotSupportedException($"{Name} does not block.");
}
