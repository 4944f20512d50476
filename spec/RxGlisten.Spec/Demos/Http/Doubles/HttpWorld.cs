using System.Reactive.Concurrency;
using System.Text;
using RxGlisten.Demos.Http;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Demos.Http.Doubles;

/// <summary>The HTTP demo in virtual time, and one client of it.</summary>
internal sealed class HttpWorld
{
    private readonly VirtualReader _reader;

    public HttpWorld(HttpLimits? limits = null, Func<Request, Response>? site = null, int windowBytes = 64 * 1024)
    {
        IScheduler scheduler = Scheduler.Immediate; // until the server says which
        Server = new VirtualServer(
            options =>
            {
                scheduler = options.Scheduler;
                return options;
            },
            listener => Closed = (site is null
                ? HttpService.Serve(listener, null, limits ?? new HttpLimits(), scheduler)
                : listener.Serve(connection => new HttpConnection(connection, site, limits ?? new HttpLimits(), new DateHeader(scheduler), scheduler).Responses)).Probe(),
            windowBytes);
        Client = Server.Connect();
        _reader = new VirtualReader(Server, Client);
    }

    public VirtualServer Server { get; }

    public TransportPeer Client { get; }

    public Probe<ConnectionClosed> Closed { get; private set; } = new();

    /// <summary>Whether the server has finished.</summary>
    public bool IsFinished => _reader.All().End is { IsFin: true };

    /// <summary>All that was sent back, without the lines that say the time.</summary>
    public string Text => string.Concat(_reader.All().Text.Split("\r\n").Where(line => !line.StartsWith("Date: ", StringComparison.Ordinal)).Select((line, i) => i == 0 ? line : "\r\n" + line));

    /// <summary>All that was sent back.</summary>
    public byte[] Bytes => _reader.All().Bytes;

    /// <summary>The statuses that were sent back.</summary>
    public IReadOnlyList<int> Statuses =>
        [.. Text.Split("\r\n").SelectMany(line => line.Split("HTTP/1.1 ").Skip(1)).Select(rest => int.Parse(rest[..3], System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Sends a packet.</summary>
    public HttpWorld Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    public HttpWorld Send(byte[] bytes)
    {
        _ = Client.SendAsync(bytes);
        Server.Settle();
        return this;
    }

    /// <summary>Sends it in packets that end at these places.</summary>
    public HttpWorld Send(string text, IEnumerable<int> cuts)
    {
        var at = 0;
        foreach (var cut in cuts.Append(text.Length))
        {
            Send(text[at..cut]);
            at = cut;
        }

        return this;
    }
}
