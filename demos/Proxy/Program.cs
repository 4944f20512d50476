using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using RxGlisten;
using RxGlisten.Demos;
using RxGlisten.Demos.Proxy;

// A TCP proxy: --to tcp://127.0.0.1:3001 --to tcp://127.0.0.1:3002
return await Demo.RunAsync(args, "--to ADDRESS [--to ADDRESS]... [--balance round-robin|least-connections]", ["--to", "--balance"], (listener, arguments) =>
{
    var policy = arguments.Last("--balance") switch
    {
        null or "round-robin" => BalancePolicy.RoundRobin,
        "least-connections" => BalancePolicy.LeastConnections,
        var other => throw new FormatException($"'{other}' is no way to balance: round-robin or least-connections."),
    };
    Backend[] backends = [.. arguments.All("--to").Select(address => new Backend(address, RxClient.Connect(address, ProxyOptions.Connecting)))];
    if (backends.Length == 0)
        throw new FormatException("A proxy needs to know where to: --to ADDRESS.");

    var balancer = new Balancer(backends, policy);
    var served = listener.SelectConnection(client => ProxyPipeline.Serve(client, balancer));
    var checks = backends.Select(backend => backend.Check(TimeSpan.FromSeconds(2), Scheduler.Default)).Merge();
    var news = backends.Select(backend => backend.Health.Skip(1).Select(answers => $"{backend.Name} {(answers ? "answers" : "does not answer")}")).Merge();
    return new CompositeDisposable(news.Subscribe(Console.WriteLine), checks.Subscribe(), served.Subscribe());
}, ProxyOptions.Serving);
