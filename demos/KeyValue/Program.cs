using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using RxGlisten;
using RxGlisten.Demos;
using RxGlisten.Demos.KeyValue;

// Keys and values, over the Redis protocol. Talk to it with: redis-cli -p 3000
var options = new ServerOptions
{
    // What one packet of commands asks for is queued as a whole: a thousand GETs of large values, say.
    OutboundLimitBytes = 4 * (long)KeyValueServer.MaxCommandBytes,
};

return await Demo.RunAsync(
    args,
    listener =>
    {
        var server = new KeyValueServer(Scheduler.Default) { CountConnections = () => listener.Connections.Count };
        return new CompositeDisposable(server.Sweep().Subscribe(), listener.Serve(server.Serve).Subscribe());
    },
    options);
