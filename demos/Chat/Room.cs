using System.Reactive.Disposables;
using System.Text;

namespace RxGlisten.Demos.Chat;

/// <summary>Guests who hear each other, and who comes and goes.</summary>
internal sealed class Room : IDisposable
{
    private readonly ConnectionGroup _group = new();
    private readonly IObserver<string> _everybody;

    public Room(string name)
    {
        Name = name;
        _everybody = _group.Encode<string>(ToLine);
    }

    public string Name { get; }

    /// <summary>How many hold on to it. Under the lock of <see cref="Rooms"/>.</summary>
    public int Uses { get; set; }

    /// <summary>Who is in it.</summary>
    public IEnumerable<Guest> Guests => _group.Members.Select(Guest.Of);

    /// <summary>
    /// Lets somebody in, who is welcomed before anything else of the room is heard, and told of before they say a word: by a message, because messages have one order,
    /// and the group's changes, which may be told by another thread, have none among them.
    /// </summary>
    /// <returns>The stay; disposing it is leaving.</returns>
    public IDisposable Enter(Guest guest)
    {
        var membership = _group.Join(guest.Connection, ToLine($"* welcome to {Name}, {guest.Name}; /help tells more"));
        Tell($"* {guest.Name} came in");
        return Disposable.Create(() =>
        {
            membership.Dispose();
            Tell($"* {guest.Name} left");
        });
    }

    /// <summary>What a guest says to the others.</summary>
    public void Say(Guest guest, string text) => _group.Except(guest.Connection).OnNext(ToLine($"{guest.Name}: {text}"));

    /// <summary>Tells everybody.</summary>
    public void Tell(string text) => _everybody.OnNext(text);

    public void Dispose() => _group.Dispose();

    private static ReadOnlyMemory<byte> ToLine(string text) => Encoding.UTF8.GetBytes(text + "\n");
}
