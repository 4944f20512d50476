using System.Globalization;
using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Docs.Operators;

/// <summary>The pictures of docs/operators.md that are about serving connections; each is of a run of the code that stands beside it.</summary>
public sealed class ServingPicturesSpec
{
    [Test]
    public void Serve()
    {
        var stage = new PictureStage();
        var connections = stage.Connections();
        // snippet: op-serve
        var ended = connections.Serve(connection => connection.Inbound.Bytes().Select(Answer)); // Answer throws where it is sent 'boom'
        // end
        stage.Note(ended, end => $"#{stage.NumberOf(end.Connection)} {end.Reason.Kind}");
        stage.Client("-'one'----'two'----'three'--F");
        stage.Client("-'four'---'boom'", at: 3);
        stage.Draw("serve", new MarblePicture { Title = "Serve", Operators = ["Bytes()", "Select(Answer)"], ElementsName = "ended" }, 24);
    }

    [Test]
    public void Serve_pulled()
    {
        var stage = new PictureStage { Options = new ServerOptions { OutboundHighWaterBytes = 2048 } };
        var connections = stage.Connections();
        // snippet: op-serve-pulled
        async IAsyncEnumerable<ReadOnlyMemory<byte>> Blocks()
        {
            for (var i = 1; i <= 10; i++)
            {
                stage.Note(i.ToString(CultureInfo.InvariantCulture)); // the producer is asked
                yield return await ReadBlockAsync(i);                 // 1 KiB
            }
        }

        var ended = connections.Serve(connection => Blocks());
        // end
        ended.Subscribe();
        stage.Client("S-----G", link: new LinkSettings { WindowBytes = 3072, Latency = PictureStage.Frame / 2 });
        stage.Draw("serve-pulled", new MarblePicture { Title = "Serve, pulled; the client does not read before 60 ms", Operators = ["Blocks()"], ElementsName = "asked for" }, 12);

        static ValueTask<ReadOnlyMemory<byte>> ReadBlockAsync(int number) => new(Encoding.ASCII.GetBytes($"block {number}".PadRight(1024)));
    }

    [Test]
    public void Serve_pipeline()
    {
        var stage = new PictureStage();
        var connections = stage.Connections();
        // snippet: op-serve-pipeline
        var ended = connections.ServePipeline(Shout);

        static IObservable<ReadOnlyMemory<byte>> Shout(IObservable<Message> inbound) =>
            inbound.Bytes().Lines(maxLength: 100).Select(line => line.ToUpperInvariant()).EncodeLines();
        // end
        ended.Subscribe();
        stage.Client("-'hel'---'lo\\n'---'bye\\n'--F");
        stage.Draw("serve-pipeline", new MarblePicture { Title = "ServePipeline", Operators = ["Bytes()", "Lines(100)", "Select(upper case)", "EncodeLines()"] }, 16);
    }

    [Test]
    public void Handle()
    {
        var stage = new PictureStage();
        var (connections, scheduler) = (stage.Connections(), stage.Time);
        // snippet: op-handle
        var ticks = Observable.Interval(TimeSpan.FromMilliseconds(80), scheduler).Select(tick => (Message)new UserMessage<long>(tick));

        var ended = connections.Handle(
            connection => (0, ticks),
            (count, message, connection) =>
            {
                if (message is Packet)
                    return Next.Continue(count + 1);
                connection.Outbound.OnNext(Encoding.ASCII.GetBytes($"{count} so far"));
                return count < 3 ? Next.Continue(count) : Next.Stop();
            });
        // end
        stage.Note(ended, end => $"#{stage.NumberOf(end.Connection)} {end.Reason.Kind}");
        stage.Client("--'a'--'b'--------'c'");
        stage.Draw("handle", new MarblePicture { Title = "Handle", Operators = ["Handle(init, loop), a tick every 80 ms"], ElementsName = "ended" }, 26);
    }

    [Test]
    public void Select_connection()
    {
        var stage = new PictureStage();
        var connections = stage.Connections();
        // snippet: op-select-connection
        var sums = connections.SelectConnection(connection => connection.Inbound.Bytes()
            .Lines(maxLength: 20)
            .Select(int.Parse) // throws where it is no number
            .Scan((sum, number) => sum + number)
            .Select(sum => (connection, sum)));
        // end
        stage.Note(sums, total => $"#{stage.NumberOf(total.connection)}: {total.sum}");
        stage.Client("-'1\\n'-------'10\\n'---'100\\n'--F");
        stage.Client("-'5\\n'---'five\\n'", at: 4);
        stage.Draw("select-connection", new MarblePicture { Title = "SelectConnection", Operators = ["Lines(20)", "Select(int.Parse)", "Scan(+)"], ElementsName = "sums" }, 20);
    }

    [Test]
    public void Outgoing_pull()
    {
        var stage = new PictureStage { Options = new ServerOptions { OutboundHighWaterBytes = 64 * 1024 } };
        var connections = stage.Connections();
        using var file = new MemoryStream(new byte[256 * 1024]);
        ReadOnlyMemory<byte> header = "size: 262144\n"u8.ToArray();
        // snippet: op-outgoing-pull
        var ended = connections.Serve(connection => Observable.Return(header).Concat(Outgoing.Pull(file)));
        // end
        ended.Subscribe();
        stage.Client("S-----G", link: new LinkSettings { Latency = PictureStage.Frame / 2 });
        stage.Draw("outgoing-pull", new MarblePicture { Title = "Outgoing.Pull; the client does not read before 60 ms", Operators = ["Return(header)", "Concat(Outgoing.Pull(file))"] }, 16);
        Assert.That(file.CanRead, Is.False, "the pull disposed it");
    }

    private static ReadOnlyMemory<byte> Answer(ReadOnlyMemory<byte> question)
    {
        var text = Encoding.ASCII.GetString(question.Span);
        return text != "boom" ? Encoding.ASCII.GetBytes(text.ToUpperInvariant()) : throw new InvalidOperationException("Boom.");
    }
}
