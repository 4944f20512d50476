using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Handling.Groups;

/// <summary>A connection and what its client reads.</summary>
internal sealed class GroupClient
{
    private readonly VirtualReader _reader;

    public GroupClient(VirtualServer server)
    {
        var (connection, peer) = server.Pair();
        Connection = connection;
        _reader = new VirtualReader(server, peer);
    }

    public IConnection Connection { get; }

    /// <summary>All that arrived until now.</summary>
    public string Text => _reader.All().Text;

    /// <summary>What it has read.</summary>
    public string Read => _reader.Text;

    /// <summary>Reads what is on its way.</summary>
    public void Take() => _reader.Take();
}
