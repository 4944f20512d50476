using System.Text;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Demos.Doubles;

/// <summary>A client of a server in virtual time, that speaks and hears lines.</summary>
internal sealed class LineClient
{
    private readonly VirtualServer _server;
    private readonly TransportPeer _peer;
    private readonly VirtualReader _reader;
    private int _heard;

    public LineClient(VirtualServer server)
    {
        (_server, _peer) = (server, server.Connect());
        _reader = new VirtualReader(server, _peer);
    }

    /// <summary>What was heard since the last look, in one line.</summary>
    public string Heard
    {
        get
        {
            var all = _reader.All().Text;
            var heard = all[_heard..];
            _heard = all.Length;
            return heard.ReplaceLineEndings("\n").TrimEnd('\n').Replace('\n', ' ');
        }
    }

    /// <summary>What one receive gives.</summary>
    public string Take()
    {
        _reader.Take();
        return _reader.Text;
    }

    /// <summary>Sends lines, in one packet.</summary>
    public void Say(params string[] lines)
    {
        var sending = _peer.SendAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\r\n"))));
        _server.Settle();
        if (!sending.IsCompletedSuccessfully)
            throw new InvalidOperationException("There was no room to send.");
    }

    /// <summary>Sends a FIN.</summary>
    public void Finish()
    {
        _peer.FinishSending();
        _server.Settle();
    }

    /// <summary>Resets.</summary>
    public void Reset()
    {
        _peer.Reset();
        _server.Settle();
    }
}
