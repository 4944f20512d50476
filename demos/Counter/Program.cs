using System.Reactive.Linq;
using System.Text;
using RxGlisten;
using RxGlisten.Demos;

// Counts what each client sends and tells it once a second; "quit" ends it. Talk to it with: nc 127.0.0.1 3000
// The state is one client's own. Packets and ticks come to the loop one at a time, so it needs no lock.
return await Demo.RunAsync(args, listener => listener
    .Handle(
        connection => (new Count(0, 0), Observable.Interval(TimeSpan.FromSeconds(1)).Select(second => new UserMessage<long>(second))),
        (count, message, connection) =>
        {
            switch (message)
            {
                case Packet packet when packet.Data.Span.StartsWith("quit"u8):
                    Say(connection, $"bye, after {count}");
                    return Next.Stop();
                case Packet packet:
                    return Next.Continue(new Count(count.Packets + 1, count.Bytes + packet.Data.Length));
                default:
                    Say(connection, count.ToString());
                    return Next.Continue(count);
            }
        },
        (count, ended) => Console.WriteLine($"connection {ended.Connection.Id}: {count}, {ended.Reason.Kind}"))
    .Subscribe());

static void Say(IConnection connection, string line) => connection.Outbound.OnNext(Encoding.UTF8.GetBytes(line + "\n"));

internal sealed record Count(int Packets, long Bytes)
{
    public override string ToString() => $"{Packets} packets, {Bytes} bytes";
}
