using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Docs.Operators;

/// <summary>The pictures of docs/operators.md that are about asynchronous steps; each is of a run of the code that stands beside it.</summary>
public sealed class AsyncPicturesSpec
{
    [Test]
    public void Select_async()
    {
        var stage = new PictureStage();
        var scheduler = stage.Time;
        stage.Yields(Answers, answer => answer);
        stage.Client("-'a'-'b'-'c'---------------F");
        stage.Draw("select-async", new MarblePicture { Title = "SelectAsync; a step takes 60 ms", Operators = ["SelectAsync(AskAsync, maxConcurrent: 4)"], SentName = "results" }, 40);

        // snippet: op-select-async
        IObservable<ReadOnlyMemory<byte>> Answers(IObservable<ReadOnlyMemory<byte>> questions) => questions.SelectAsync(AskAsync, maxConcurrent: 4);

        async ValueTask<ReadOnlyMemory<byte>> AskAsync(ReadOnlyMemory<byte> question, CancellationToken cancellation)
        {
            await Observable.Timer(TimeSpan.FromMilliseconds(60), scheduler).ToTask(cancellation);
            return question;
        }
        // end
    }

    [Test]
    public void Read_all_async()
    {
        var stage = new PictureStage();
        stage.Connections().Serve(Countdown).Subscribe();
        stage.Client("-'one'--'two'--'three'--'four'");
        stage.Draw("read-all-async", new MarblePicture { Title = "ReadAllAsync", Operators = ["await foreach", "yield return"] }, 20);

        // snippet: op-read-all-async
        static async IAsyncEnumerable<ReadOnlyMemory<byte>> Countdown(IConnection connection)
        {
            var left = 3;
            await foreach (var packet in connection.ReadAllAsync())
            {
                yield return packet.Data;
                if (--left == 0)
                    break; // the sequence is over, and Serve closes the connection
            }
        }
        // end
    }
}
