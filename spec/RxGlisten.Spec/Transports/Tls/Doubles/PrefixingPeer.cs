using System.Net;

namespace RxGlisten.Spec.Transports.Tls.Doubles;

/// <summary>A peer whose first send has something else before it, in one packet.</summary>
internal sealed class PrefixingPeer(ITestPeer inner, byte[] prefix) : ITestPeer
{
    private byte[] _prefix = prefix;

    public EndPoint? LocalEndPoint => inner.LocalEndPoint;

    public Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        byte[] all = [.. _prefix, .. bytes.Span];
        _prefix = [];
        return inner.SendAsync(all);
    }

    public Task<Received> ReceiveAsync(int most = 64 * 1024) => inner.ReceiveAsync(most);

    public void FinishSending() => inner.FinishSending();

    public void Reset() => inner.Reset();

    public void Close() => inner.Close();

    public void Dispose() => inner.Dispose();
}
