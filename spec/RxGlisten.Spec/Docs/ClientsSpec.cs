using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Text;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Docs;

/// <summary>The snippets of docs/guide/clients.md and of the README's part about clients, as they stand there.</summary>
public sealed class ClientsSpec
{
    // snippet: client
    // A question and its answer. A server that is not up yet, or is lost on the way, is tried again, after longer and longer waits.
    private static IObservable<string> Ask(string address, string question) => RxClient
        .Use(address, connection =>
        {
            connection.Outbound.OnNext(Encoding.ASCII.GetBytes(question));
            connection.Outbound.OnCompleted(); // a FIN: that was all
            return connection.Inbound.Bytes().Aggregate("", (answer, bytes) => answer + Encoding.ASCII.GetString(bytes.Span));
        })
        .RetryBackOff(new BackOffOptions { Attempts = 5 }, Scheduler.Default);
    // end

    // snippet: proxy
    // What one side sends, the other is sent: a FIN is a completion, a reset an error, and each ends its own direction.
    private static IDisposable Proxy(IObservable<IConnection> clients, string server)
    {
        var options = new ClientOptions { AbnormalClosure = AbnormalClosure.Error };
        return clients.Subscribe(client => RxClient.Connect(server, options).Subscribe(
            upstream =>
            {
                client.Inbound.Bytes().Subscribe(upstream.Outbound);
                upstream.Inbound.Bytes().Subscribe(client.Outbound);
            },
            _ => client.Abort()));
    }
    // end

    [Test]
    public async Task A_question_is_answered_also_through_a_proxy()
    {
        await using var server = RxServer.Bind("tcp://127.0.0.1:0");
        using var echo = server.Serve(connection => connection.Inbound.Bytes()).Subscribe();
        var address = ServerAddress.Format(server.LocalEndPoint);
        await using var front = RxServer.Bind("tcp://127.0.0.1:0", new ServerOptions { AbnormalClosure = AbnormalClosure.Error });
        using var proxy = Proxy(front, address);

        foreach (var asked in new[] { address, ServerAddress.Format(front.LocalEndPoint) })
            Assert.That((await Ask(asked, "who is there?").Probe().CountAsync(1))[0], Is.EqualTo("who is there?"));
    }

    // snippet: late-server
    [Test]
    public void A_server_that_comes_up_later_is_found()
    {
        var time = new TestScheduler();
        var network = new MemoryNetwork(time);
        var waits = new BackOffOptions { First = TimeSpan.FromSeconds(1), Factor = 2, Jitter = 0 };
        var greetings = RxClient
            .Use(network.EndPoint("late"), connection => connection.Inbound.Bytes().Select(bytes => bytes.Length), new ClientOptions { Scheduler = time })
            .RetryBackOff(waits, time)
            .Probe();

        time.AdvanceBy(TimeSpan.FromSeconds(5).Ticks); // refused at 0, 1 and 3 s; tried again at 7 s
        using var server = RxServer.Listen(network.EndPoint("late"), new ServerOptions { Scheduler = time })
            .Serve(_ => Observable.Return<ReadOnlyMemory<byte>>(new byte[5])).Subscribe();
        time.AdvanceBy(TimeSpan.FromSeconds(1).Ticks);
        Assert.That(greetings.Items, Is.Empty);
        time.AdvanceBy(TimeSpan.FromSeconds(2).Ticks);
        Assert.That(greetings.Items, Is.EqualTo(new[] { 5 }));
    }
    // end
}
