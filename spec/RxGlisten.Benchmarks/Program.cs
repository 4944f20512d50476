using RxGlisten.Benchmarks.Http;
using RxGlisten.Benchmarks.Inside;
using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Redis;
using RxGlisten.Benchmarks.Reporting;
using RxGlisten.Benchmarks.Running;
using RxGlisten.Benchmarks.Servers;

// One program, three roles: the run starts itself again as a server and as a load generator, so neither shares a process,
// a heap or a thread pool with what it measures. "inside" is another thing: parts of the library, without sockets.
return args switch
{
    ["server", var name, .. var rest] => await ServerHost.RunAsync(name, rest),
    ["load", .. var rest] => LoadHost.Run(rest),
    ["http", .. var rest] => await HttpCommand.RunAsync(rest),
    ["http-kestrel"] => await KestrelHttp.RunAsync(),
    ["inside", .. var rest] => InsideCommand.Run(rest),
    ["redis", .. var rest] => await RedisCommand.RunAsync(rest),
    ["page", .. var rest] => Docs.WritePage(rest),
    _ => await RunCommand.RunAsync(args),
};
