using System.Reactive.Linq;

namespace RxGlisten.Demos.Chat;

/// <summary>The rooms, and the pipeline of each client.</summary>
internal sealed class ChatServer
{
    private const int MaxLineBytes = 1000;

    /// <summary>The rooms.</summary>
    public Rooms Rooms { get; } = new();

    /// <summary>The names of all guests.</summary>
    public Names Names { get; } = new();

    /// <summary>One client: its lines go to the room or are commands, and what it is told are lines. What others say comes through the room.</summary>
    public IObservable<ReadOnlyMemory<byte>> Serve(IConnection connection) =>
        Observable.Using(() => new Guest(connection, Names, Rooms), Converse).EncodeLines();

    private static IObservable<string> Converse(Guest guest)
    {
        var connection = guest.Connection;
        var lines = connection.Inbound.Bytes().Lines(MaxLineBytes).Select(WithoutControls);
        var wanted = lines.TakeWhile(line => line != "/quit").TakeUntil(connection.Drains());
        var replies = wanted.SelectMany(line => ChatCommands.Run(guest, line));
        return replies.Append("* bye").Catch<string, FrameTooLargeException>(TellTheLimit);
    }

    /// <summary>What a terminal would take for a command to itself is left out.</summary>
    private static string WithoutControls(string line) =>
        line.Any(char.IsControl) ? string.Concat(line.Where(letter => !char.IsControl(letter))) : line;

    private static IObservable<string> TellTheLimit(FrameTooLargeException error) =>
        Observable.Return($"* a line has at most {error.MaxLength} bytes").Concat(Observable.Throw<string>(error));
}
