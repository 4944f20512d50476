using System.Globalization;
using System.Net;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using System.Text;
using RxGlisten;
using RxGlisten.Demos;

// Live queries over all connections of one server. Send it numbers, from several clients: nc 127.0.0.1 3000
return await Demo.RunAsync(args, listener =>
{
    var connections = listener.Publish();

    // Query syntax is a plain SelectMany: one sequence of what everybody sends. What throws in here ends it for all, so nothing in here throws.
    var messages = (
        from connection in connections
        from packet in connection.Inbound.OfType<Packet>()
        let text = Encoding.UTF8.GetString(packet.Data.Span).Trim()
        where text.Length > 0
        select (Connection: connection, Text: text)).Publish();

    // SelectConnection isolates: a client that sends no number ends its own connection, and nobody else's.
    var sums = connections.SelectConnection(connection => messages
        .Where(message => message.Connection == connection)
        .TakeUntil(connection.Closed.ToObservable())
        .Select(message => long.Parse(message.Text, CultureInfo.InvariantCulture))
        .Scan((sum, number) => sum + number)
        .Do(sum => connection.Outbound.OnNext(Encoding.UTF8.GetBytes($"sum {sum}\n")))
        .Select(sum => (connection.Id, Sum: sum)));

    var counts = messages
        .GroupBy(message => message.Connection.RemoteEndPoint is IPEndPoint ip ? ip.Address.ToString() : "unix")
        .SelectMany(address => address.Scan(0, (count, _) => count + 1).Select(count => (Address: address.Key, Count: count)));

    var throughput = messages
        .Window(TimeSpan.FromSeconds(1))
        .SelectMany(second => second.Count())
        .DistinctUntilChanged();

    var closings =
        from connection in connections
        from reason in connection.Closed.ToObservable()
        select (connection.Id, reason);

    return new CompositeDisposable(
        sums.Subscribe(s => Console.WriteLine($"connection {s.Id}: sum {s.Sum}")),
        counts.Subscribe(c => Console.WriteLine($"{c.Address}: {c.Count} messages")),
        throughput.Subscribe(n => Console.WriteLine($"{n} messages a second")),
        closings.Subscribe(c => Console.WriteLine($"connection {c.Id}: {c.reason.Kind}, {c.reason.Detail}")),
        messages.Connect(),
        connections.Connect());
});
