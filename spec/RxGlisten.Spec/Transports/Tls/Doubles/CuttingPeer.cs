using System.Net;

namespace RxGlisten.Spec.Transports.Tls.Doubles;

/// <summary>A peer that somebody on the way sends less for, or something else.</summary>
internal sealed class CuttingPeer(ITestPeer inner) : ITestPeer
{
    /// <summary>So many bytes of each send arrive.</summary>
    public int MostBytes { get; set; } = int.MaxValue;

    /// <summary>Whether the last byte of each send is changed.</summary>
    public bool Tampers { get; set; }

    public EndPoint? LocalEndPoint => inner.LocalEndPoint;

    public Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sent = bytes[..Math.Min(bytes.Length, MostBytes)].ToArray();
        if (Tampers)
            sent[^1] ^= 1;
        return inner.SendAsync(sent);
    }

    public Task<Received> ReceiveAsync(int most = 64 * 1024) => inner.ReceiveAsync(most);

    public void FinishSending() => inner.FinishSending();

    public void Reset() => inner.Reset();

    public void Close() => inner.Close();

    public void Dispose() => inner.Dispose();
}
