using NUnit.Framework;

namespace RxGlisten.Spec.Accepting;

public sealed class RestartBudgetSpec
{
    [Test]
    public void Three_restarts_in_five_seconds_are_granted_and_a_fourth_is_not() =>
        Assert.That(Take(0, 1, 2, 4.999), Is.EqualTo(new[] { true, true, true, false }));

    [Test]
    public void The_window_slides() =>
        Assert.That(Take(10, 12, 14, 15, 16, 17, 18), Is.EqualTo(new[] { true, true, true, true, false, true, false }));

    private static bool[] Take(params double[] seconds)
    {
        var budget = new RestartBudget();
        return [.. seconds.Select(second => budget.TryTake(TimeSpan.FromSeconds(second)))];
    }
}
