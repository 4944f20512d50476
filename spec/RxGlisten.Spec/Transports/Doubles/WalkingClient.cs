using System.Net.Sockets;

namespace RxGlisten.Spec.Transports.Doubles;

/// <summary>A client that sends what its seed says, as often as it says, and ends in one way or another; it reads all the time.</summary>
internal sealed class WalkingClient(byte life, int seed)
{
    private string? _breach;
    private long _sent;
    private long _received;
    private bool _finished;
    private Received _end;

    public byte Life => life;

    /// <summary>What it was owed and did not get; null when it was served well.</summary>
    /// <param name="disturbed">Whether the server ended it early.</param>
    public string? Breach(bool disturbed)
    {
        if (_breach is not null || disturbed || !_finished)
            return _breach;
        return _end.IsFin && _received == _sent ? null : $"{life} finished, was not disturbed, and got {_received} of {_sent} bytes and {_end.Error}";
    }

    public async Task LiveAsync(ITestPeer peer)
    {
        var random = new Random((seed * 1000) + life);
        var reading = ReadAsync(peer, random.Next(1, 64 * 1024));
        try
        {
            for (var messages = random.Next(1, 12); messages > 0; messages--)
            {
                var bytes = WalkingPattern.Of(life, _sent, random.Next(10) == 0 ? random.Next(200_000) + 1 : random.Next(3_000) + 1);
                await peer.SendAsync(bytes);
                _sent += bytes.Length;
            }

            switch (random.Next(6))
            {
                case 0:
                    peer.Reset();
                    break;
                case 1:
                    peer.Close();
                    break;
                default:
                    peer.FinishSending();
                    _finished = true;
                    break;
            }
        }
        catch (SocketException)
        {
            // the server ended it first
        }

        await reading;
        peer.Dispose();
    }

    private async Task ReadAsync(ITestPeer peer, int most)
    {
        try
        {
            do
            {
                _end = await peer.ReceiveAsync(most);
                _breach ??= WalkingPattern.Breach(life, _received, _end.Bytes);
                _received += _end.Bytes.Length;
            }
            while (_end.Bytes.Length > 0);
        }
        catch (ObjectDisposedException)
        {
            // it closed itself
        }
    }
}
