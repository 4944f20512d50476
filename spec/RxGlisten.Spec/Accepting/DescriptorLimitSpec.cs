using NUnit.Framework;

namespace RxGlisten.Spec.Accepting;

public sealed class DescriptorLimitSpec
{
    private const string Header = "Limit                     Soft Limit           Hard Limit           Units     \n";
    private const string Processes = "Max processes             96365                96365                processes \n";

    [TestCase("Max open files            1024                 524288               files     \n", 1024)]
    [TestCase("Max open files            1048576              1048576              files", 1048576)]
    [TestCase("Max open files            unlimited            unlimited            files     \n", long.MaxValue)]
    [TestCase("Max open files            1024                 unlimited            files     \n", 1024)]
    public void The_soft_limit_is_read(string line, long expected) =>
        Assert.That(DescriptorLimit.SoftLimit(Header + Processes + line), Is.EqualTo(expected));

    [TestCase("")]
    [TestCase(Header + Processes)]
    [TestCase("Max open files")]
    [TestCase("Max open files            many                 many                 files     \n")]
    public void A_text_without_the_limit_gives_none(string limits) => Assert.That(DescriptorLimit.SoftLimit(limits), Is.Null);

    [TestCase(20_000, 100, 20_000 - 100 - 1_000)]
    [TestCase(100, 10, 100 - 10 - 16)]
    [TestCase(20, 10, 1)]
    [TestCase(0, 0, 1)]
    [TestCase(long.MaxValue, 10, int.MaxValue)]
    public void Headroom_is_a_twentieth_and_at_least_16_and_a_connection_always_fits(long limit, int open, int expected) =>
        Assert.That(DescriptorLimit.ConnectionsWithin(limit, open), Is.EqualTo(expected));

    [Test]
    [Platform("Linux")]
    public void The_default_is_under_what_this_process_may_open()
    {
        long limit = DescriptorLimit.SoftLimit(File.ReadAllText("/proc/self/limits")) ?? 1024;
        Assert.That(DescriptorLimit.DefaultMaxConnections(), Is.Positive.And.LessThan(limit));
    }
}
