using System.Reactive.Concurrency;
using System.Reactive.Linq;
using RxGlisten;
using RxGlisten.Demos;
using RxGlisten.Demos.Http;

// HTTP/1.1 and WebSocket. Open http://127.0.0.1:3000 in a browser, or: curl -i http://127.0.0.1:3000/hello
return await Demo.RunAsync(args, "[--files FOLDER]", ["--files"], (listener, arguments) =>
{
    var ended = HttpService.Serve(listener, arguments.Last("--files"), new HttpLimits(), Scheduler.Default);
    var faults = ended.Where(end => end.Reason.Kind == CloseKind.HandlerFault);
    return faults.Subscribe(fault => Console.Error.WriteLine(fault.Reason.Error));
}, new ServerOptions { IdleTimeout = TimeSpan.FromMinutes(2) });
