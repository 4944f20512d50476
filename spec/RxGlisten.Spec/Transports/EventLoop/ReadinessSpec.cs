using System.Diagnostics;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>No edge is lost, and none is answered twice.</summary>
public sealed class ReadinessSpec
{
    [Test]
    public void An_edge_that_is_awaited_is_for_who_awaits_it_and_once()
    {
        var readiness = new Readiness();
        Assert.That(readiness.Await(), Is.False);
        Assert.That(readiness.IsAwaited, Is.True);
        Assert.That((readiness.Signal(), readiness.Signal()), Is.EqualTo((true, false)));
    }

    [Test]
    public void An_edge_that_nobody_awaits_is_there_for_the_next_who_does()
    {
        var readiness = new Readiness();
        Assert.That(readiness.Signal(), Is.False);
        Assert.That(readiness.Await(), Is.True);
    }

    [Test]
    public void Who_tries_without_being_told_makes_older_edges_void_and_no_newer_ones()
    {
        var readiness = new Readiness();
        readiness.Signal();
        readiness.Take();
        Assert.That(readiness.Await(), Is.False);
        readiness.Signal();
        readiness.Take();
        readiness.Signal();
        Assert.That(readiness.Await(), Is.True);
    }

    [Test]
    public void What_is_kept_is_an_edge()
    {
        var readiness = new Readiness();
        readiness.Keep();
        Assert.That(readiness.Await(), Is.True);
        readiness.Keep();
        Assert.That(readiness.IsAwaited, Is.True, "who awaits was told already");
    }

    [Test]
    public async Task Edges_and_waits_on_two_threads_meet_each_time()
    {
        const int Times = 20_000;
        var state = new State();
        var signals = Task.Run(() =>
        {
            for (var i = 1; i <= Times; i++)
            {
                Volatile.Write(ref state.Edges, i);
                if (state.Readiness.Signal())
                    Volatile.Write(ref state.Answered, true);
                Meet(() => Volatile.Read(ref state.Seen) >= i);
            }
        });
        for (var i = 1; i <= Times; i++)
        {
            if (!state.Readiness.Await())
            {
                Meet(() => Volatile.Read(ref state.Answered));
                state.Answered = false;
            }

            state.Readiness.Signal(); // what was posted for an edge that came first
            state.Readiness.Take();
            Assert.That(Volatile.Read(ref state.Edges), Is.EqualTo(i));
            Volatile.Write(ref state.Seen, i);
        }

        await signals.Soon();
    }

    /// <summary>Waits for the other thread without ever sleeping, which would take a millisecond each time.</summary>
    private static void Meet(Func<bool> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(30))
                throw new TimeoutException("An edge was lost.");
            Thread.Yield();
        }
    }

    private sealed class State
    {
        public Readiness Readiness;
        public int Edges;
        public int Seen;
        public bool Answered;
    }
}
