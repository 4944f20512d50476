using System.Net.Sockets;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>Accepts on one reused argument; connections run on the thread pool, so that accepting is never held up by an echo.</summary>
internal sealed class SaeaAcceptor(Socket listener, SaeaConnectionPool pool) : SocketAsyncEventArgs(true)
{
    public void Start() => Loop(listener.AcceptAsync(this));

    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        Take();
        Loop(listener.AcceptAsync(this));
    }

    private void Loop(bool pending)
    {
        while (!pending)
        {
            Take();
            pending = listener.AcceptAsync(this);
        }
    }

    private void Take()
    {
        if (SocketError != SocketError.Success)
        {
            ServerHost.Fail(new SocketException((int)SocketError));
            return;
        }
        Socket socket = AcceptSocket!; // set by every accept that succeeded
        AcceptSocket = null;
        pool.Rent().Serve(socket);
    }
}
