using System.Net.Sockets;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Harness;

/// <summary>What a peer received until the end, and whether that was a FIN or an error.</summary>
internal readonly record struct ReadToEnd(byte[] Bytes, SocketError Error);

/// <summary>Reads peers to the end.</summary>
internal static class PeerReading
{
    /// <summary>Everything that arrives until the FIN or an error.</summary>
    public static async Task<ReadToEnd> ReadToEndAsync(this ITestPeer peer)
    {
        using var bytes = new MemoryStream();
        while (true)
        {
            var received = await peer.ReceiveAsync().ConfigureAwait(false);
            if (received.Bytes.Length == 0)
                return new ReadToEnd(bytes.ToArray(), received.Error);
            bytes.Write(received.Bytes);
        }
    }

    /// <summary>So many bytes; fails when the end comes first.</summary>
    public static async Task<byte[]> ReadExactlyAsync(this ITestPeer peer, int count)
    {
        using var bytes = new MemoryStream();
        while (bytes.Length < count)
        {
            var received = await peer.ReceiveAsync((int)Math.Min(64 * 1024, count - bytes.Length)).ConfigureAwait(false);
            if (received.Bytes.Length == 0)
                throw new EndOfStreamException($"Only {bytes.Length} of {count} bytes came: {received.Error}.");
            bytes.Write(received.Bytes);
        }

        return bytes.ToArray();
    }

    /// <summary>So many bytes that differ from place to place and from seed to seed.</summary>
    public static byte[] Noise(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
