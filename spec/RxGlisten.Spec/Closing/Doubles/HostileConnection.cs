using System.Net.Sockets;
using System.Runtime.CompilerServices;
using RxGlisten.Spec.Testing;

namespace RxGlisten.Spec.Closing.Doubles;

/// <summary>A connection whose operations throw where its transport must not; until it is told to, it does what the one inside does.</summary>
internal sealed class HostileConnection(ITransportConnection inner) : FaultyConnection(inner)
{
    private IHangUpWatcher? _watcher;

    /// <summary>The operations that throw from now on.</summary>
    public string? Throws { get; set; }

    /// <summary>What it throws.</summary>
    public Exception Error { get; } = new InvalidOperationException("Meant to be.");

    /// <summary>What a send that does not wait gives from now on.</summary>
    public SocketError SendError { get; set; }

    /// <summary>How often it was closed or aborted.</summary>
    public int Ends { get; private set; }

    public override ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer)
    {
        ThrowIn("receive");
        return Throws == "receive later" ? ThrowLater(base.ReceiveAsync(buffer)) : base.ReceiveAsync(buffer);
    }

    public override Transfer TrySend(ReadOnlySpan<byte> data)
    {
        ThrowIn("try-send");
        return SendError == SocketError.Success ? base.TrySend(data) : new Transfer(0, SendError);
    }

    public override Transfer TrySend(IList<ArraySegment<byte>> segments)
    {
        ThrowIn("gathered try-send");
        return base.TrySend(segments);
    }

    public override ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data)
    {
        ThrowIn("send");
        return Throws == "send later" ? ThrowLater(base.SendAsync(data)) : base.SendAsync(data);
    }

    public override SocketError ShutdownSending()
    {
        ThrowIn("shutdown");
        return base.ShutdownSending();
    }

    public override void Watch(IHangUpWatcher watcher)
    {
        ThrowIn("watch");
        _watcher = watcher;
        base.Watch(watcher);
    }

    public override void Close()
    {
        Ends++;
        base.Close();
        ThrowIn("close");
    }

    public override void Abort()
    {
        Ends++;
        base.Abort();
        ThrowIn("abort");
    }

    /// <summary>Tells the library that the peer hung up.</summary>
    public void HangUp(SocketError error) => _watcher!.OnHangUp(error); // it watches from its constructor on

    private void ThrowIn(string operation)
    {
        if (Throws?.Split(", ").Contains(operation) == true)
            throw Error;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // its continuation runs inline, whatever the context
    private async ValueTask<Transfer> ThrowLater(ValueTask<Transfer> operation)
    {
        await operation.ConfigureAwait(false);
        throw Error;
    }
}
