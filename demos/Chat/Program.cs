using RxGlisten;
using RxGlisten.Demos;
using RxGlisten.Demos.Chat;

// Rooms to talk in. Come in, from several terminals, with: nc 127.0.0.1 3000
var options = new ServerOptions { IdleTimeout = TimeSpan.FromMinutes(10) };

return await Demo.RunAsync(
    args,
    listener => listener
        .Serve(new ChatServer().Serve)
        .Subscribe(ended => Console.WriteLine($"connection {ended.Connection.Id}: {ended.Reason.Kind}, {ended.Reason.Detail}")),
    options);
