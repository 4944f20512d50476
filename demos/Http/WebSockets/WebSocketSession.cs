using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>What a connection does when it speaks WebSocket: messages in, messages out, and what the protocol itself says in between (RFC 6455).</summary>
internal static class WebSocketSession
{
    private static readonly TimeSpan s_pingEvery = TimeSpan.FromSeconds(30);

    /// <summary>Runs a conversation until either side ends it.</summary>
    /// <param name="connection">Behind the handshake.</param>
    /// <param name="conversation">From what the client says to what it is told; called once.</param>
    /// <param name="limits">How long a message may be.</param>
    /// <param name="scheduler">Times the pings, which keep whoever only listens from being idle.</param>
    public static IObservable<Bytes> Run(
        IConnection connection, Func<IObservable<WebSocketMessage>, IObservable<WebSocketMessage>> conversation, HttpLimits limits, IScheduler scheduler)
    {
        var decoder = new WebSocketFrameDecoder(limits.MessageBytes);
        var received = connection.Inbound.Bytes().Decode(decoder, limits.MessageBytes + WebSocketFrameDecoder.MostHeaderBytes);
        var leaving = connection.Drains().Select(_ => WebSocketFrame.Close(WebSocketFrame.GoingAway));
        var pings = Observable.Interval(s_pingEvery, scheduler).Select(_ => new WebSocketFrame(Opcode.Ping, default));
        // Who ends without a close frame is answered as one who sent an empty one.
        var frames = received.Append(new WebSocketFrame(Opcode.Close, default));
        var replies = frames.Publish(shared => Observable.Merge(Converse(shared, conversation, limits), Protocol(shared), leaving, pings));
        return UpToClose(replies).Encode(new WebSocketFrameEncoder());
    }

    private static IObservable<WebSocketFrame> Converse(
        IObservable<WebSocketFrame> frames, Func<IObservable<WebSocketMessage>, IObservable<WebSocketMessage>> conversation, HttpLimits limits)
    {
        var assembler = new MessageAssembler(limits.MessageBytes);
        var complete = frames.Where(frame => !frame.IsControl).Select(assembler.Add).Where(message => message is not null);
        var messages = complete.Select(message => message.GetValueOrDefault());
        return conversation(messages).Select(message => message.ToFrame()).Append(WebSocketFrame.Close(WebSocketFrame.Normal));
    }

    private static IObservable<WebSocketFrame> Protocol(IObservable<WebSocketFrame> frames)
    {
        var pongs = frames.Where(frame => frame.Opcode == Opcode.Ping).Select(ping => ping with { Opcode = Opcode.Pong });
        var closes = frames.Where(frame => frame.Opcode == Opcode.Close).Select(close => close.ToCloseReply());
        return pongs.Merge(closes);
    }

    /// <summary>The close frame is the last; one says what was wrong, if something was.</summary>
    private static IObservable<WebSocketFrame> UpToClose(IObservable<WebSocketFrame> replies)
    {
        var orderly = replies.TakeUntil(frame => frame.Opcode == Opcode.Close);
        return orderly.Catch<WebSocketFrame, ProtocolException>(error => Observable.Throw<WebSocketFrame>(error).StartWith(CloseFor(error)));
    }

    private static WebSocketFrame CloseFor(ProtocolException error) =>
        WebSocketFrame.Close(error is WebSocketException broken ? broken.Code : WebSocketException.ProtocolErrorCode);
}
