namespace RxGlisten;

/// <summary>
/// Who the events of a loop are for, by a number that is never given twice: a place in a table and the count of all who ever had one. So an event that
/// was fetched before a close finds nobody, though the descriptor's number and the place may be another's by then.
/// </summary>
internal sealed class LoopMembers
{
    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();
    private LoopMember?[] _places = new LoopMember?[64];
    private int _used;
    private uint _generation;

    /// <summary>Gives it a number, and a place until <see cref="Remove"/>.</summary>
    public void Add(LoopMember member)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out var place))
            {
                place = _used++;
                if (place == _places.Length)
                    Array.Resize(ref _places, 2 * place);
            }

            // Numbers start at 1: 0 is the loop's own. After 2^32 of them only a place that was left with its event still on the way could be mistaken.
            _generation = Math.Max(1, _generation + 1);
            member.Token = ((ulong)_generation << 32) | (uint)place;
            Volatile.Write(ref _places[place], member);
        }
    }

    /// <summary>Takes its place away. Called once.</summary>
    public void Remove(LoopMember member)
    {
        lock (_gate)
        {
            var place = (int)(uint)member.Token;
            _places[place] = null;
            _free.Push(place);
        }
    }

    /// <summary>Who has the number; null when nobody has it any more. Without the lock: what is removed at this moment may still be found.</summary>
    public LoopMember? Find(ulong token)
    {
        var places = Volatile.Read(ref _places);
        var place = (uint)token;
        return place < (uint)places.Length && Volatile.Read(ref places[place]) is { } member && member.Token == token ? member : null;
    }
}
