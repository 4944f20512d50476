using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using NUnit.Framework;

namespace RxGlisten.Spec;

/// <summary>The pre-4 testing package works on today's System.Reactive through the facades.</summary>
public sealed class FacadeSpec : ReactiveTest
{
    [Test]
    public void The_test_scheduler_drives_todays_operators()
    {
        var scheduler = new TestScheduler();
        var result = scheduler.Start(() => Observable.Timer(TimeSpan.FromTicks(50), scheduler).Select(_ => 7));
        result.Messages.AssertEqual(OnNext(250, 7), OnCompleted<int>(250));
    }
}
