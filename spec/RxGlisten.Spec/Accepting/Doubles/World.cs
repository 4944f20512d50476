using System.Net;
using Microsoft.Reactive.Testing;
using NUnit.Framework;

namespace RxGlisten.Spec.Accepting.Doubles;

/// <summary>A scripted transport in virtual time, on the spec's thread.</summary>
internal sealed class World
{
    private readonly QueueExecutor _executor = new();

    public World() => EndPoint = new ScriptedEndPoint(_executor);

    public TestScheduler Time { get; } = new();

    public ScriptedEndPoint EndPoint { get; }

    /// <summary>The listening end that was bound last.</summary>
    public ScriptedListener Socket => EndPoint.Listeners[^1];

    /// <summary>The result that is there by now: a task that isn't over never will be, and waiting for it would hang.</summary>
    public static T ResultOf<T>(Task<T>? task)
    {
        Assert.That(task, Is.Not.Null.And.Property(nameof(Task.IsCompleted)).True);
        return task!.Result; // asserted just now
    }

    public ServerOptions Options => new() { Scheduler = Time, MaxConnections = 100 };

    public Listener Bind(ServerOptions? options = null) => (Listener)RxServer.Bind(EndPoint, options ?? Options);

    /// <summary>Does it, and all that follows from it.</summary>
    public void Run(Action work) => _executor.Run(new Turn(work));

    public T Run<T>(Func<T> work)
    {
        T result = default!; // Run sets it
        Run(() => { result = work(); });
        return result;
    }

    public Recorder Subscribe(IObservable<IConnection> connections, Action<IConnection>? onNext = null)
    {
        var recorder = new Recorder(onNext);
        Run(() => recorder.Subscription = connections.Subscribe(recorder));
        return recorder;
    }

    public ScriptedConnection Connect() => Run(() => Socket.Connect());

    /// <summary>A client of this address.</summary>
    public ScriptedConnection Connect(string address) => Run(() => Socket.Connect(new IPEndPoint(IPAddress.Parse(address), 4242)));

    public void Advance(TimeSpan time) => Time.AdvanceBy(time.Ticks);
}
