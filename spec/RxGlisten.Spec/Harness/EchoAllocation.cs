using Microsoft.Reactive.Testing;
using NUnit.Framework;

namespace RxGlisten.Spec.Harness;

/// <summary>What a server allocates to answer, over a memory network in virtual time, by a client that allocates nothing.</summary>
internal static class EchoAllocation
{
    private const int Rounds = 10_000;

    /// <summary>Bytes a message.</summary>
    /// <param name="pipeline">What the server does; as many bytes come back as were sent.</param>
    /// <param name="message">What is sent each time.</param>
    /// <param name="with">Changes the server's options; null for the defaults.</param>
    public static double PerMessage(Func<IConnection, IObservable<ReadOnlyMemory<byte>>> pipeline, byte[] message, Func<ServerOptions, ServerOptions>? with = null)
    {
        var time = new TestScheduler();
        var network = new MemoryNetwork(time);
        var options = new ServerOptions { Scheduler = time, MaxConnections = 10 };
        var listener = RxServer.Bind(network.EndPoint("echo"), with?.Invoke(options) ?? options);
        _ = listener.Serve(pipeline).Probe();
        time.AdvanceBy(1);
        var client = network.Connect((MemoryEndPoint)listener.LocalEndPoint);
        time.AdvanceBy(1);
        var buffer = new KeptBuffer();
        Run();
        return Allocation.Least(Run) / (double)Rounds;

        void Run()
        {
            var echoes = EchoAsync(client, message, buffer);
            time.AdvanceBy(1);
            Assert.That(echoes.IsCompletedSuccessfully);
        }
    }

    private static async Task EchoAsync(ITransportConnection client, byte[] message, IReceiveBuffer buffer)
    {
        for (var i = 0; i < Rounds; i++)
        {
            await client.SendAsync(message);
            for (var back = 0; back < message.Length;)
                back += await client.ReceiveAsync(buffer) is { Bytes: > 0 and var count } ? count : throw new EndOfStreamException();
        }
    }

    private sealed class KeptBuffer : IReceiveBuffer
    {
        private readonly byte[] _bytes = new byte[64 * 1024];

        public Memory<byte> GetMemory(int available) => _bytes;
    }
}
