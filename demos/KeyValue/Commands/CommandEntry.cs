namespace RxGlisten.Demos.KeyValue;

/// <summary>A command of the server.</summary>
/// <param name="Name">In small letters.</param>
/// <param name="Arity">How many words it takes, its name among them; negative: at least so many.</param>
/// <param name="Keys">Which of them are keys.</param>
/// <param name="Run">Does it.</param>
internal sealed record CommandEntry(string Name, int Arity, KeyPositions Keys, Func<Session, Command, Reply> Run)
{
    /// <summary>Whether a client may send it that is subscribed, and gets its messages among the replies because it speaks version 2.</summary>
    public bool IsForSubscribers { get; init; }

    /// <summary>One that needs the store alone, which it has to itself.</summary>
    public static CommandEntry OnStore(string name, int arity, KeyPositions keys, Func<Store, Command, Reply> run) =>
        new(name, arity, keys, (session, command) =>
        {
            lock (session.Store.Gate)
                return run(session.Store, command);
        });

    /// <summary>Whether it takes so many words.</summary>
    public bool Takes(int words) => Arity < 0 ? words >= -Arity : words == Arity;
}
