using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Reactive.Threading.Tasks;

namespace RxGlisten.Demos.Proxy;

/// <summary>A server behind the proxy: how to reach it, how busy it is, and whether it answers.</summary>
/// <param name="name">For people to read.</param>
/// <param name="connect">Connects, once for each subscription.</param>
internal sealed class Backend(string name, IObservable<IConnection> connect)
{
    private readonly BehaviorSubject<bool> _answers = new(true);
    private readonly Lock _gate = new();
    private int _connections;

    public string Name => name;

    /// <summary>Connections that are open, or being opened.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Whether the last attempt to connect succeeded, of which a health check is one.</summary>
    public bool Answers => _answers.Value;

    /// <summary>... as it changes; the current state first.</summary>
    public IObservable<bool> Health => _answers.DistinctUntilChanged();

    /// <summary>Opens a connection; who subscribes owns it. One that can't be opened leaves the backend out until a health check finds it again.</summary>
    public IObservable<IConnection> Open() => Observable.Defer(() =>
    {
        Interlocked.Increment(ref _connections);
        var place = Disposable.Create(() => Interlocked.Decrement(ref _connections));
        var isOpen = false;
        var opening = connect.Do(
            connection =>
            {
                isOpen = true;
                connection.Closed.ToObservable(ImmediateScheduler.Instance).Subscribe(_ => place.Dispose());
            },
            _ =>
            {
                place.Dispose();
                Note(answers: false);
            });
        return opening.Finally(() =>
        {
            if (!isOpen)
                place.Dispose(); // nobody waits for it any more
        });
    });

    /// <summary>Connects every so often, and hangs up at once. It runs while it is subscribed, and gives no elements.</summary>
    public IObservable<bool> Check(TimeSpan every, IScheduler scheduler)
    {
        var attempt = connect.Do(connection => connection.Dispose()).Select(_ => true);
        var result = attempt.Catch<bool, ConnectException>(_ => Observable.Return(false));
        return Observable.Timer(every, scheduler).SelectMany(result).Do(Note).Repeat().IgnoreElements();
    }

    private void Note(bool answers)
    {
        lock (_gate)
            _answers.OnNext(answers);
    }
}
