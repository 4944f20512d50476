using System.Net;
using BenchmarkDotNet.Attributes;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>Addresses, to endpoints and back.</summary>
public class AddressBenchmarks
{
    private EndPoint _endpoint = new IPEndPoint(IPAddress.Loopback, 0);

    [Params("3000", "tcp://127.0.0.1:3000", "tcp://[2001:db8::1]:3000", "unix:/run/app.sock")]
    public string Address { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _endpoint = ServerAddress.Parse(Address);

    [Benchmark]
    public EndPoint Parse() => ServerAddress.Parse(Address);

    [Benchmark]
    public string Format() => ServerAddress.Format(_endpoint);
}
