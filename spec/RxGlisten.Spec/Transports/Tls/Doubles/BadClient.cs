using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RxGlisten.Spec.Transports.Tls.Doubles;

/// <summary>A client that opens TCP, says something that is no ClientHello, and waits for the end.</summary>
internal sealed class BadClient : IDisposable
{
    private static readonly byte[] Garbage = "no TLS at all\r\n\r\n"u8.ToArray();

    // The first bytes of a record that would be a ClientHello of 200 bytes.
    private static readonly byte[] HalfAHello = [22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3];

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Stopwatch _age = Stopwatch.StartNew();

    private BadClient(bool isQuiet)
    {
        IsQuiet = isQuiet;
        Ended = Task.FromResult(TimeSpan.Zero);
    }

    /// <summary>Whether it said nothing that is wrong, only too little.</summary>
    public bool IsQuiet { get; }

    /// <summary>Its age when it read the end.</summary>
    public Task<TimeSpan> Ended { get; private set; }

    /// <summary>Connects one: by turns it says nothing, garbage, or half a ClientHello.</summary>
    public static async Task<BadClient> ConnectAsync(EndPoint server, int turn)
    {
        byte[] opening = (turn % 3) switch { 0 => [], 1 => Garbage, _ => HalfAHello };
        var client = new BadClient(opening != Garbage);
        await client._socket.ConnectAsync(server);
        if (opening.Length > 0)
            await client._socket.SendAsync(opening);
        client.Ended = client.ReadToEndAsync();
        return client;
    }

    public void Dispose() => _socket.Dispose();

    private async Task<TimeSpan> ReadToEndAsync()
    {
        var buffer = new byte[64];
        try
        {
            while (await _socket.ReceiveAsync(buffer) > 0)
            {
                // An alert, perhaps.
            }
        }
        catch (SocketException)
        {
            // A reset is an end, too.
        }

        return _age.Elapsed;
    }
}
