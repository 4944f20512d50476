using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Text;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Docs.Operators;

/// <summary>A server on a simulated network in virtual time, clients that marble scripts drive, and the picture of what happened to them.</summary>
internal sealed class PictureStage
{
    /// <summary>What a character of a script takes.</summary>
    public static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(10);

    private readonly SimulatedNetwork _network;
    private readonly List<IConnection> _connections = [];
    private readonly List<SimulatedClient> _clients = [];
    private readonly List<PictureElement> _elements = [];
    private readonly List<(IConnection Connection, ConnectionEvent Event)> _yielded = [];

    public PictureStage() => _network = new SimulatedNetwork(Time, seed: 1);

    public VirtualTime Time { get; } = new();

    public ServerOptions Options { get; init; } = new();

    /// <summary>How long everything takes each way, for clients that are not given a link.</summary>
    public TimeSpan Latency
    {
        init => _network.Link = new LinkSettings { Latency = value };
    }

    public SimulatedEndPoint EndPoint => _network.EndPoint("server");

    /// <summary>The server's connections, for one operator.</summary>
    public IObservable<IConnection> Connections() => RxServer.Listen(EndPoint, Options with { Scheduler = Time }).Do(_connections.Add);

    /// <summary>Runs a query and notes what it yields, when, and how it ends.</summary>
    public void Note<T>(IObservable<T> query, Func<T, string> text) => query.Subscribe(
        element => Note(text(element)), error => Note(error.GetType().Name), () => Note("|"));

    /// <summary>Notes something now.</summary>
    public void Note(string text) => _elements.Add(new PictureElement(Time.Elapsed, text));

    /// <summary>Runs an operator over the bytes of each connection, and draws what it yields where otherwise is what is sent.</summary>
    public void Yields<T>(Func<IObservable<ReadOnlyMemory<byte>>, IObservable<T>> stage, Func<T, ReadOnlyMemory<byte>> show) => Connections()
        .SelectConnection(connection => stage(connection.Inbound.Bytes()).Do(
            element => Yield(connection, ConnectionEventKind.Sent, show(element).ToArray()),
            () => Yield(connection, ConnectionEventKind.OutboundFinished, [])))
        .Subscribe();

    /// <summary>A client that connects after so many frames and does what the script says.</summary>
    public void Client(string script, int at = 0, LinkSettings? link = null) => Time.Schedule(Frame * at, () =>
    {
        var client = _network.Connect(EndPoint, link);
        _clients.Add(client);
        var driven = client.AsMarbleClient();
        foreach (var act in MarbleScript.Parse(script, Frame).Events)
            Time.Schedule(act.Time, () => Do(driven, act));
    });

    /// <summary>Runs so many frames, and holds the picture against the one that is checked in.</summary>
    public void Draw(string name, MarblePicture picture, int frames)
    {
        Time.AdvanceBy(Frame * frames);
        var events = _network.Trace.ToConnectionEvents().Where(IsOfTheServer).Select(WithItsReason)
            .Concat(_yielded.Select(yielded => yielded.Event with { Connection = NumberOf(yielded.Connection) }))
            .OrderBy(happened => happened.Time).ToArray();
        DocFiles.Compare($"pictures/{name}.svg", (picture with { Elements = _elements }).Render(events));
    }

    /// <summary>A connection's number on the picture, which is its number in this run.</summary>
    public long NumberOf(IConnection connection) => _clients.Single(client => client.LocalEndPoint.Equals(connection.RemoteEndPoint)).Number;

    /// <summary>A frame of text as it is drawn.</summary>
    public static ReadOnlyMemory<byte> Text(string text) => Encoding.UTF8.GetBytes(text);

    private static void Do(IMarbleClient client, MarbleEvent act)
    {
        switch (act.Kind)
        {
            case MarbleEventKind.Bytes: client.Send(act.Data); break;
            case MarbleEventKind.Finish: client.Finish(); break;
            case MarbleEventKind.Reset: client.Reset(); break;
            case MarbleEventKind.StopReading: client.StopReading(); break;
            case MarbleEventKind.ResumeReading: client.ResumeReading(); break;
        }
    }

    private void Yield(IConnection connection, ConnectionEventKind kind, byte[] data) =>
        _yielded.Add((connection, new ConnectionEvent(Time.Elapsed, 0, kind) { Data = data }));

    /// <summary>Where an operator's elements are drawn, what the server sends (nothing but its FIN) is not.</summary>
    private bool IsOfTheServer(ConnectionEvent happened) =>
        _yielded.Count == 0 || happened.Kind is not (ConnectionEventKind.Sent or ConnectionEventKind.OutboundFinished);

    /// <summary>A trace does not know why a connection ended; the connection does.</summary>
    private ConnectionEvent WithItsReason(ConnectionEvent happened)
    {
        if (happened.Kind == ConnectionEventKind.Opened)
            return happened with { Text = "", Detail = "" };
        return happened.Kind == ConnectionEventKind.Closed && Of(happened.Connection)?.Closed is { IsCompletedSuccessfully: true } closed
            ? happened with { Text = closed.Result.Kind.ToString() }
            : happened;
    }

    private IConnection? Of(long number) => _clients.SingleOrDefault(client => client.Number == number) is { } client
        ? _connections.SingleOrDefault(connection => connection.RemoteEndPoint.Equals(client.LocalEndPoint))
        : null;
}
