using RxGlisten;
using RxGlisten.Demos;

// Echoes whatever it receives. Talk to it with: nc 127.0.0.1 3000
return await Demo.RunAsync(args, listener => listener
    .Serve(connection => connection.Inbound.Bytes())
    .Subscribe());
