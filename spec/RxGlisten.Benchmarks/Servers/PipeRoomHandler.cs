using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>A room over duplex pipes: what one sends, all get. A member whose pipe is full as a message comes is cut, so that it holds up nobody.</summary>
internal sealed class PipeRoomHandler : ConnectionHandler
{
    private readonly ConcurrentDictionary<string, Member> _members = new();

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        Member member = new(connection);
        _members.TryAdd(connection.ConnectionId, member);
        member.Send(RxGlistenRoom.Greeting);
        PipeReader input = connection.Transport.Input;
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync();
                foreach (ReadOnlyMemory<byte> segment in read.Buffer)
                {
                    foreach ((_, Member other) in _members) other.Send(segment);
                }
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return;
            }
        }
        catch (Exception error) when (error is ConnectionResetException or ConnectionAbortedException)
        {
            // The load generator leaves at the end of a window.
        }
        finally
        {
            _members.TryRemove(connection.ConnectionId, out _);
            member.Leave();
        }
    }

    private sealed class Member(ConnectionContext connection)
    {
        private readonly Lock _lock = new();
        private Task _flushed = Task.CompletedTask;
        private bool _left; // its pipe is completed next, and a write to it would end the speaker's connection

        public void Send(ReadOnlyMemory<byte> message)
        {
            lock (_lock)
            {
                if (_left) return;
                if (!_flushed.IsCompleted)
                {
                    connection.Abort();
                    return;
                }
                connection.Transport.Output.Write(message.Span);
                ValueTask<FlushResult> flush = connection.Transport.Output.FlushAsync();
                _flushed = flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask();
            }
        }

        public void Leave()
        {
            lock (_lock) _left = true;
        }
    }
}
