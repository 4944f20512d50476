using RxGlisten;
using RxGlisten.Demos;

// Echoes on a unix socket, for this user and its group. A socket file that a killed server left behind is replaced; any other file is refused and left alone.
// Talk to it with: nc -U /tmp/rxglisten-echo.sock
var options = new ServerOptions
{
    UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
};
return await Demo.RunAsync(
    args,
    listener => listener.Serve(connection => connection.Inbound.Bytes()).Subscribe(),
    options,
    "unix:/tmp/rxglisten-echo.sock");
