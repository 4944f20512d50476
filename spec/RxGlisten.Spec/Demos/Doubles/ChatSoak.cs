using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Demos.Doubles;

/// <summary>
/// Guests of a chat, of whom one half stays in its rooms and the other comes, moves, leaves and resets at random. All talk.
/// </summary>
/// <param name="server">Where the chat is.</param>
/// <param name="guests">How many guests there are.</param>
internal sealed class ChatSoak(EndPoint server, int guests) : IDisposable
{
    private const int GuestsPerRoom = 20;
    private static readonly TimeSpan ActEvery = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan SpeakEvery = TimeSpan.FromSeconds(4);

    private readonly Random _random = new(2000);
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly List<SoakGuest[]> _rooms = []; // those who stay, room by room
    private readonly ConcurrentDictionary<string, SoakGuest[]> _staying = new(); // the same by the rooms' names, for any thread
    private readonly SoakGuest?[] _restless = new SoakGuest?[guests / 2];
    private readonly Task[] _acts = [.. Enumerable.Repeat(Task.CompletedTask, guests / 2)];
    private int _came;

    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>How many stay.</summary>
    public int Staying => _rooms.Sum(room => room.Length);

    /// <summary>How many rooms they stay in.</summary>
    public int Rooms => _rooms.Count;

    /// <summary>How often somebody of the restless came.</summary>
    public int Came => _came;

    /// <summary>How many messages those who stay have heard.</summary>
    public long Heard => _rooms.SelectMany(room => room).Sum(guest => guest.Heard);

    /// <summary>Lets those in who stay.</summary>
    public async Task StartAsync()
    {
        for (var room = 0; room < guests / GuestsPerRoom; room++)
        {
            var staying = new SoakGuest[GuestsPerRoom / 2];
            for (var i = 0; i < staying.Length; i++)
            {
                staying[i] = new SoakGuest(server, $"stays{room}-{i}", SaidIn, _failures.Enqueue);
                await staying[i].ComeAsync().Soon();
                await staying[i].EnterAsync($"room{room}").Soon();
            }

            _rooms.Add(staying);
            _staying[$"room{room}"] = staying;
        }
    }

    /// <summary>Lets all act for so long.</summary>
    public async Task ActAsync(TimeSpan time)
    {
        var staying = _rooms.SelectMany(room => room).ToArray();
        var clock = Stopwatch.StartNew();
        using var ticks = new PeriodicTimer(ActEvery);
        for (var acts = 0.0; clock.Elapsed < time && _failures.IsEmpty; await ticks.WaitForNextTickAsync())
        {
            for (acts += guests * (ActEvery / SpeakEvery); acts >= 1; acts--)
            {
                await staying[_random.Next(staying.Length)].SayAsync();
                var restless = _random.Next(_restless.Length);
                if (_acts[restless].IsCompleted)
                {
                    await _acts[restless];
                    _acts[restless] = ActAsync(restless, _random.Next(100), _random.Next(_rooms.Count), _random.Next(3));
                }
            }
        }
    }

    /// <summary>Lets the restless go, and waits until those who stay have heard all that was said.</summary>
    public async Task SettleAsync()
    {
        await Task.WhenAll(_acts).Soon();
        foreach (var guest in _restless)
            await (guest?.LeaveAsync(0) ?? Task.CompletedTask).Soon();
        Array.Clear(_restless);
        await Patience.UntilAsync(() => !_failures.IsEmpty || _rooms.All(HasHeardAll), "all who stayed heard all who stayed");
    }

    public void Dispose()
    {
        foreach (var guest in _rooms.SelectMany(room => room).Concat(_restless))
            guest?.Dispose();
    }

    private static bool HasHeardAll(SoakGuest[] room) =>
        room.All(listener => room.All(speaker => speaker == listener || listener.HeardOf(speaker.Name) == speaker.Said));

    private Dictionary<string, int> SaidIn(string room) => _staying.GetValueOrDefault(room, []).ToDictionary(guest => guest.Name, guest => guest.Said);

    private async Task ActAsync(int index, int dice, int room, int manner)
    {
        if (_restless[index] is not { } guest)
        {
            guest = new SoakGuest(server, $"goes{++_came}", SaidIn, _failures.Enqueue);
            _restless[index] = guest;
            await guest.ComeAsync();
            await guest.EnterAsync($"room{room}");
        }
        else if (dice < 60)
        {
            await guest.SayAsync();
        }
        else if (dice < 75)
        {
            await guest.EnterAsync($"room{room}");
        }
        else
        {
            _restless[index] = null;
            await guest.LeaveAsync(manner);
        }
    }
}
