using NUnit.Framework;
using NUnit.Framework.Internal;
using RxGlisten.Spec.Accepting.Doubles;

namespace RxGlisten.Spec.Harness;

/// <summary>Whatever observes in a spec sees a breach of the Rx grammar, and the spec fails though it never looks.</summary>
public sealed class GrammarSpec
{
    [Test]
    public void A_breach_fails_the_spec_whoever_observed_it(
        [Values("a probe", "delegates", "a recorder")] string observer,
        [Values("OnNext after OnCompleted", "OnError after OnCompleted", "OnCompleted after OnError", "OnNext inside OnNext", "OnCompleted inside OnNext")] string breach)
    {
        var words = breach.Split(' ');
        var (call, place, other) = (words[0], words[1], words[2]);
        IObserver<IConnection>? told = null;
        var inside = place == "inside";
        var source = new Unruly<IConnection>(o => told = o);
        void OnNext(IConnection connection)
        {
            if (!inside)
                return;
            inside = false;
            Tell(call);
        }

        using var subscription = observer switch
        {
            "a probe" => source.Probe(OnNext),
            "delegates" => source.Subscribe(OnNext, _ => { }),
            _ => source.Subscribe(new Recorder(OnNext)),
        };
        Tell(other);
        if (place == "after")
            Tell(call);
        var spec = TestExecutionContext.CurrentContext.CurrentTest;
        var expected = place == "inside" ? $"{call} came while another call was running" : $"{call} came after the end";
        Assert.That(() => new ChecksGrammarAttribute().AfterTest(spec), Throws.InvalidOperationException.With.Message.Contains(expected).And.Message.Contains(spec.FullName));
        Assert.That(GrammarBreaches.Take(), Is.Empty, "each is told once");

        void Tell(string what)
        {
            switch (what)
            {
                case "OnNext":
                    told!.OnNext(null!); // somebody is subscribed; nobody looks at what it is
                    break;
                case "OnError":
                    told!.OnError(new InvalidOperationException("Meant to be."));
                    break;
                default:
                    told!.OnCompleted();
                    break;
            }
        }
    }

    [Test]
    public void Calls_by_the_grammar_are_no_breach([Values] bool fails)
    {
        IObserver<int>? told = null;
        var numbers = new List<int>();
        Exception? error = null;
        using var subscription = new Unruly<int>(o => told = o).Subscribe(numbers.Add, e => error = e, () => numbers.Add(-1));
        told!.OnNext(1);
        told.OnNext(2);
        var meant = new InvalidOperationException("Meant to be.");
        if (fails)
            told.OnError(meant);
        else
            told.OnCompleted();
        Assert.That(numbers, Is.EqualTo(fails ? new[] { 1, 2 } : [1, 2, -1]));
        Assert.That(error, fails ? Is.SameAs(meant) : Is.Null);
        Assert.That(GrammarBreaches.Take(), Is.Empty);
    }

    [Test]
    public void A_probe_that_saw_a_breach_fails_every_look_at_it()
    {
        IObserver<int>? told = null;
        var probe = new Unruly<int>(o => told = o).Probe();
        told!.OnCompleted();
        told.OnCompleted();
        Assert.That(GrammarBreaches.Take(), Has.Count.EqualTo(1));
        Assert.That(() => probe.Items, Throws.InvalidOperationException);
        Assert.That(() => probe.IsEnded, Throws.InvalidOperationException);
        Assert.That(probe.EndAsync, Throws.InvalidOperationException);
        Assert.That(probe.ErrorAsync, Throws.InvalidOperationException);
    }

    /// <summary>Tells its observer whatever the spec says, as no operator of Rx would.</summary>
    private sealed class Unruly<T>(Action<IObserver<T>> subscribed) : IObservable<T>
    {
        public IDisposable Subscribe(IObserver<T> observer)
        {
            subscribed(observer);
            return System.Reactive.Disposables.Disposable.Empty;
        }
    }
}
