using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RxGlisten.Spec.Demos.Doubles;

/// <summary>
/// A client of the chat, over TCP, that counts what it says and holds what it hears against that: the messages of whoever is in its room come numbered, from 0 and
/// without a gap, behind the word that they came in; or, of those who were there before, with what they say next at the latest.
/// </summary>
/// <param name="server">Where the chat is.</param>
/// <param name="name">What it is called.</param>
/// <param name="saidIn">How many messages those who stay in a room have said by now, by their names.</param>
/// <param name="fail">Is told what is wrong.</param>
internal sealed class SoakGuest(EndPoint server, string name, Func<string, IReadOnlyDictionary<string, int>> saidIn, Action<string> fail) : IDisposable
{
    private readonly Dictionary<string, int> _next = []; // of whom in the room, the number that comes next
    private IReadOnlyDictionary<string, int> _before = new Dictionary<string, int>(); // how much was said in the room by the time of the welcome
    private readonly TaskCompletionSource _named = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Socket? _socket;
    private Task _reading = Task.CompletedTask;
    private TaskCompletionSource? _entered;
    private bool _leaves;
    private int _said;
    private long _heard;

    public string Name => name;

    /// <summary>How many messages it said in this room.</summary>
    public int Said => Volatile.Read(ref _said);

    /// <summary>How many it heard in all.</summary>
    public long Heard => Volatile.Read(ref _heard);

    /// <summary>How many messages of somebody it heard, of those who are in the room with it.</summary>
    public int HeardOf(string other)
    {
        lock (_gate)
            return _next.GetValueOrDefault(other);
    }

    public async Task ComeAsync()
    {
        _socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await _socket.ConnectAsync(server);
        _reading = ReadAsync(_socket);
        await SendAsync($"/nick {name}");
        await _named.Task;
    }

    /// <summary>Goes to another room, and returns when it is welcome there.</summary>
    public async Task EnterAsync(string room)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _entered = entered;
            _said = 0;
        }

        await SendAsync($"/join {room}");
        await entered.Task;
    }

    public Task SayAsync() => SendAsync($"{_said++}");

    /// <summary>Leaves by a word, by a FIN or by a reset.</summary>
    public async Task LeaveAsync(int manner)
    {
        _leaves = true;
        if (manner == 0)
            await SendAsync("/quit");
        else if (manner == 1)
            _socket!.Shutdown(SocketShutdown.Send);
        else
            _socket!.LingerState = new LingerOption(true, 0);
        if (manner > 1)
            _socket!.Close();
        await _reading;
        _socket!.Dispose();
    }

    public void Dispose()
    {
        _leaves = true;
        _socket?.Dispose();
    }

    private async Task SendAsync(string line) => await _socket!.SendAsync(Encoding.UTF8.GetBytes(line + "\n"));

    private async Task ReadAsync(Socket socket)
    {
        try
        {
            using var lines = new StreamReader(new NetworkStream(socket));
            while (await lines.ReadLineAsync() is { } line)
                Hear(line);
            if (!_leaves)
                Fail("was closed");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            if (!_leaves)
                Fail(e.Message);
        }
    }

    private void Hear(string line)
    {
        lock (_gate)
        {
            var words = line.Split(' ');
            switch (words)
            {
                case ["*", "welcome", "to", [.. var room, ','], ..]:
                    _next.Clear();
                    _before = saidIn(room);
                    _entered?.TrySetResult();
                    break;
                case ["*", _, "is", var other, "now"] when other == name:
                    _named.TrySetResult();
                    break;
                case ["*", var other, "came", "in"]:
                    _next[other] = 0;
                    break;
                case ["*", var other, "left"]:
                    _next.Remove(other);
                    break;
                case [[.. var speaker, ':'], var number]:
                    CheckNumber(speaker, number);
                    break;
            }
        }
    }

    private void CheckNumber(string speaker, string number)
    {
        Interlocked.Increment(ref _heard);
        var got = int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
        if (_next.TryGetValue(speaker, out var expected) ? got != expected : _before.TryGetValue(speaker, out expected) && got > expected)
            Fail($"heard {got} of {speaker} instead of {expected}");
        _next[speaker] = got + 1;
    }

    private void Fail(string what) => fail($"{name} {what}");
}
