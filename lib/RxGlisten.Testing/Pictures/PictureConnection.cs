namespace RxGlisten.Testing;

/// <summary>A connection on a picture.</summary>
internal sealed class PictureConnection(long number, TimeAxis axis)
{
    public long Number => number;

    public PictureLane Inbound { get; } = new(axis);

    public PictureLane Outbound { get; } = new(axis);

    public string Addresses { get; private set; } = "";

    public TimeSpan Opened { get; private set; }

    public TimeSpan? Closed { get; private set; }

    /// <summary>What stands at its end.</summary>
    public string End { get; private set; } = "still open";

    public void Add(ConnectionEvent happened)
    {
        switch (happened.Kind)
        {
            case ConnectionEventKind.Opened:
                Opened = happened.Time;
                Addresses = (happened.Detail, happened.Text) switch
                {
                    ("", var local) => local,
                    (var remote, "") => remote,
                    var (remote, local) => $"{remote} → {local}",
                };
                break;
            case ConnectionEventKind.Received:
                Inbound.Add(happened.Time, happened.Data.Span);
                break;
            case ConnectionEventKind.Sent:
                Outbound.Add(happened.Time, happened.Data.Span);
                break;
            case ConnectionEventKind.InboundEnded:
                Inbound.Finished ??= happened.Time;
                break;
            case ConnectionEventKind.OutboundFinished:
                Outbound.Finished ??= happened.Time;
                break;
            case ConnectionEventKind.Closed:
                Close(happened);
                break;
            case ConnectionEventKind.Lost:
                End = "recording lost";
                break;
        }
    }

    private void Close(ConnectionEvent closed)
    {
        Closed = closed.Time;
        End = closed.Text.Length > 0 ? closed.Text : "closed";
        switch (closed.CloseKind)
        {
            case CloseKind.PeerReset or CloseKind.TransportError:
                Inbound.Reset = closed.Time;
                break;
            case CloseKind.Aborted or CloseKind.SendTimeout or CloseKind.SlowConsumer:
                Outbound.Reset = closed.Time;
                break;
        }
    }
}
