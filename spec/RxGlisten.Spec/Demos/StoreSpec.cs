using System.Text;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Demos.KeyValue;

namespace RxGlisten.Spec.Demos;

/// <summary>Values that expire, in virtual time.</summary>
public sealed class StoreSpec
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Test]
    public void A_value_is_gone_at_its_tick_and_not_before()
    {
        var (time, store) = Make();
        Set(store, "a", 10);
        time.AdvanceBy(9);
        Assert.That((Get(store, "a"), store.Keys.Count()), Is.EqualTo(("a", 1)));
        time.AdvanceBy(1);
        Assert.That((store.Count, store.Keys.Count()), Is.EqualTo((1, 0)), "nobody asked for it yet");
        Assert.That((Get(store, "a"), store.Count, store.ExpiringCount), Is.EqualTo(((string?)null, 0, 0)));
    }

    [Test]
    public void What_expired_is_not_there_to_be_removed()
    {
        var (time, store) = Make();
        Set(store, "a", 10);
        time.AdvanceBy(10);
        Assert.That(store.Remove("a"u8), Is.False);
        Set(store, "a", 10);
        Assert.That(store.Remove("a"u8) && store is { Count: 0, ExpiringCount: 0 });
    }

    [Test]
    public void A_new_value_keeps_the_time_of_the_old_one_unless_it_had_expired()
    {
        var (time, store) = Make();
        Set(store, "a", 10);
        time.AdvanceBy(5);
        store.Set("a"u8, "b"u8.ToArray());
        time.AdvanceBy(5);
        Assert.That(Get(store, "a"), Is.Null);
        store.Set("a"u8, "c"u8.ToArray());
        time.AdvanceBy(1000);
        Assert.That(Get(store, "a"), Is.EqualTo("c"));
    }

    [Test]
    public void A_time_can_be_changed_and_taken_back()
    {
        var (time, store) = Make();
        var (longer, never) = (Set(store, "a", 10), Set(store, "b", 10));
        store.Expire(longer, 20 * Tick);
        store.Expire(never, null);
        Assert.That(store.ExpiringCount, Is.EqualTo(1));
        time.AdvanceBy(19);
        Assert.That((Get(store, "a"), Get(store, "b")), Is.EqualTo(("a", "b")));
        time.AdvanceBy(1000);
        Assert.That((Get(store, "a"), Get(store, "b")), Is.EqualTo(((string?)null, "b")));
    }

    [Test]
    public void A_sweep_takes_out_what_has_expired_so_many_at_a_time_and_nothing_else()
    {
        var (time, store) = Make();
        for (var i = 0; i < 25; i++)
            Set(store, $"{i}", 10 + (i / 10));
        Set(store, "never", null);
        Assert.That(store.Sweep(10), Is.False);
        time.AdvanceBy(11);
        Assert.That((store.Sweep(15), store.Count), Is.EqualTo((true, 11)));
        Assert.That((store.Sweep(15), store.Count), Is.EqualTo((false, 6)));
        time.AdvanceBy(1);
        Assert.That((store.Sweep(15), store.Count, Get(store, "never")), Is.EqualTo((false, 1, "never")));
    }

    [TestCase("*", "", true)]
    [TestCase("*", "anything", true)]
    [TestCase("a*", "b", false)]
    [TestCase("a*c", "abcbc", true)]
    [TestCase("a*c", "abcb", false)]
    [TestCase("?", "", false)]
    [TestCase("a?c", "abc", true)]
    [TestCase("a[bx]c", "abc", true)]
    [TestCase("a[^bx]c", "abc", false)]
    [TestCase("[a-c][c-a]", "bb", true)]
    [TestCase("[a-c]", "d", false)]
    [TestCase("[a-]", "-", true)]
    [TestCase("[\\]]", "]", true)]
    [TestCase("[a", "a", true)]
    [TestCase("[", "a", false)]
    [TestCase("a\\*", "a*", true)]
    [TestCase("a\\*", "ab", false)]
    [TestCase("\\", "\\", true)]
    [TestCase("", "a", false)]
    [TestCase("", "", true)]
    public void Patterns(string pattern, string text, bool matches) =>
        Assert.That(GlobPattern.Matches(Encoding.Latin1.GetBytes(pattern), Encoding.Latin1.GetBytes(text)), Is.EqualTo(matches));

    [Test, CancelAfter(30_000)]
    public void A_pattern_of_many_stars_takes_no_age() =>
        Assert.That(GlobPattern.Matches(Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("a*", 50)) + "b"), Encoding.Latin1.GetBytes(new string('a', 1000))), Is.False);

    private static (TestScheduler Time, Store Store) Make()
    {
        var time = new TestScheduler();
        return (time, new Store(time));
    }

    private static Entry Set(Store store, string key, int? lifetime)
    {
        var entry = store.Set(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(key));
        store.Expire(entry, lifetime is { } ticks ? store.Now + (ticks * Tick) : null);
        return entry;
    }

    private static string? Get(Store store, string key) =>
        store.TryGet(Encoding.UTF8.GetBytes(key), out var entry) ? Encoding.UTF8.GetString(entry.Value) : null;
}
