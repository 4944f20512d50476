using System.Net;

namespace RxGlisten.Spec.Transports;

/// <summary>The client's side of a connection under test, whatever carries it. Used by one caller at a time and direction.</summary>
public interface ITestPeer : IDisposable
{
    /// <summary>Its address, as the server should see it; null where clients have none (unix sockets).</summary>
    EndPoint? LocalEndPoint { get; }

    /// <summary>Sends all of it.</summary>
    Task SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Receives what there is, at most <paramref name="most"/> bytes of it, waiting for something.</summary>
    Task<Received> ReceiveAsync(int most = 64 * 1024);

    /// <summary>Sends FIN and goes on receiving.</summary>
    void FinishSending();

    /// <summary>Resets the connection and closes; over a unix socket that is a reset only if something was left unread.</summary>
    void Reset();

    /// <summary>Closes orderly.</summary>
    void Close();
}
