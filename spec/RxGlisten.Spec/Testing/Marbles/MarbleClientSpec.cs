using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Marbles;

/// <summary>Scripts that drive a client of a whole server.</summary>
public sealed class MarbleClientSpec
{
    [TestCase("-a--(bc)--F", "-a--'bc'--F")]
    [TestCase("-a--X", "-a---")]
    public void A_script_is_a_client_and_another_what_it_is_sent(string script, string expected)
    {
        var (server, client) = Serve(inbound => inbound.Bytes());
        client.Verify(MarbleScript.Parse(script), MarbleScript.Parse(expected), server.Time);
    }

    [Test]
    public void A_server_that_aborts_is_seen_as_a_reset()
    {
        var server = new VirtualServer(serve: listener => listener.Serve(connection => connection.Inbound.Bytes().Do(_ => connection.Abort())).Subscribe());
        Client(server).Verify(MarbleScript.Parse("--a-"), MarbleScript.Parse("--X"), server.Time);
    }

    [Test]
    public void An_idle_timeout_is_seen_at_its_tick()
    {
        var server = new VirtualServer(
            options => options with { IdleTimeout = TimeSpan.FromSeconds(30) }, listener => listener.ServePipeline(inbound => inbound.Bytes()).Subscribe());
        Client(server).Verify(MarbleScript.Parse("-a~40s~"), MarbleScript.Parse("-a~29999ms~F"), server.Time);
    }

    private static (VirtualServer Server, IMarbleClient Client) Serve(Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> pipeline)
    {
        var server = new VirtualServer(serve: listener => listener.ServePipeline(pipeline).Subscribe());
        return (server, Client(server));
    }

    private static TransportMarbleClient Client(VirtualServer server)
    {
        var endpoint = (MemoryEndPoint)server.Listener.LocalEndPoint;
        return new TransportMarbleClient(endpoint.Network.Connect(endpoint));
    }
}
