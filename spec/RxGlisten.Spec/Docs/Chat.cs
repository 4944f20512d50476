// snippet: chat
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;

namespace RxGlisten.Spec.Docs;

/// <summary>A room. The first line of a client is its name; what it says after that, everybody with a name hears.</summary>
internal sealed class Chat(IScheduler scheduler)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly ISubject<string> _room = Subject.Synchronize(new Subject<string>()); // true multicast, from many threads

    /// <summary>One client's session: a pure pipeline, from what it sends to what it is sent.</summary>
    public IObservable<ReadOnlyMemory<byte>> Session(IObservable<Message> inbound) =>
        Lines(inbound.Bytes()).Publish(lines =>
        {
            var gone = lines.LastOrDefaultAsync();
            var heard = lines.Take(1).SelectMany(_ => _room).TakeUntil(gone);
            var silences = lines.StartWith("").Select(_ => Observable.Timer(Patience, scheduler)).Switch().TakeUntil(gone);
            var said = lines.Take(1).SelectMany(name => lines.Select(line => $"{name}: {line}"));
            var spoken = said.Do(_room.OnNext).IgnoreElements();
            return heard.Merge(silences.Select(_ => "* are you there?")).Merge(spoken).Select(ToBytes);
        });

    /// <summary>Whole lines, however the bytes were cut. A line without an end is kept until it has one.</summary>
    public static IObservable<string> Lines(IObservable<ReadOnlyMemory<byte>> bytes)
    {
        var cuts = bytes.Scan((Whole: Array.Empty<string>(), Open: ""), (state, more) =>
        {
            var pieces = (state.Open + Encoding.Latin1.GetString(more.Span)).Split('\n');
            return (pieces[..^1], pieces[^1]);
        });
        return cuts.SelectMany(state => state.Whole);
    }

    private static ReadOnlyMemory<byte> ToBytes(string line) => Encoding.Latin1.GetBytes(line + "\n");
}
// end
