namespace RxGlisten;

/// <summary>
/// A descriptor, closed by the last who uses it: a number that was given back while a call with it is under way could be another
/// connection's by then. A field of this type must not be readonly.
/// </summary>
internal struct Descriptor(int number)
{
    private const int Closing = 1;
    private const int User = 2;

    private int _state; // User times the calls under way, and Closing

    /// <summary>The number, for who is in use of it.</summary>
    public readonly int Number => number;

    /// <summary>Begins a call; false when it is closed.</summary>
    public bool TryUse()
    {
        var state = Volatile.Read(ref _state);
        while ((state & Closing) == 0)
        {
            var found = Interlocked.CompareExchange(ref _state, state + User, state);
            if (found == state)
                return true;
            state = found;
        }

        return false;
    }

    /// <summary>Ends a call.</summary>
    public void Leave()
    {
        // Nobody enters any more once it is closing, so exactly one sees the count fall to none.
        if (Interlocked.Add(ref _state, -User) == Closing)
            _ = Libc.Close(number);
    }

    /// <summary>Closes it: now, or when the calls under way are over. Called once.</summary>
    public void Close()
    {
        if (Interlocked.Or(ref _state, Closing) == 0)
            _ = Libc.Close(number);
    }
}
