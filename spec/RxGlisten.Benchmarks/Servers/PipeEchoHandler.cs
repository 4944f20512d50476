using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>The usual loop over a duplex pipe; one flush a read, however many segments it has, because a flush is a send.</summary>
internal class PipeEchoHandler : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        PipeReader input = connection.Transport.Input;
        PipeWriter output = connection.Transport.Output;
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync();
                ReadOnlySequence<byte> bytes = read.Buffer;
                if (!bytes.IsEmpty)
                {
                    OnMessage(connection);
                    foreach (ReadOnlyMemory<byte> segment in bytes) output.Write(segment.Span);
                    FlushResult flushed = await output.FlushAsync();
                    if (flushed.IsCompleted) return;
                }
                input.AdvanceTo(bytes.End);
                if (read.IsCompleted) return;
            }
        }
        catch (ConnectionResetException)
        {
            // The load generator leaves with bytes in flight at the end of a window.
        }
        catch (ConnectionAbortedException)
        {
        }
    }

    protected virtual void OnMessage(ConnectionContext connection)
    {
    }
}
