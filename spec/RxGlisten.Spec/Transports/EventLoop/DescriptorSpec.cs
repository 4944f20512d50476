using NUnit.Framework;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>When a descriptor is closed.</summary>
[Platform("Linux")]
public sealed class DescriptorSpec
{
    [Test]
    public void One_that_nobody_uses_is_closed_at_once()
    {
        var descriptor = Open();
        descriptor.Close();
        Assert.That((IsOpen(descriptor.Number), descriptor.TryUse()), Is.EqualTo((false, false)));
    }

    [Test]
    public void One_in_use_is_closed_by_the_last_who_leaves_and_taken_up_by_nobody_before()
    {
        var descriptor = Open();
        Assert.That((descriptor.TryUse(), descriptor.TryUse()), Is.EqualTo((true, true)));
        descriptor.Close();
        Assert.That((descriptor.TryUse(), IsOpen(descriptor.Number)), Is.EqualTo((false, true)));
        descriptor.Leave();
        Assert.That(IsOpen(descriptor.Number), Is.True);
        descriptor.Leave();
        Assert.That(IsOpen(descriptor.Number), Is.False);
    }

    private static Descriptor Open() => new(Libc.EventDescriptor(0, Libc.CloseOnExec));

    private static bool IsOpen(int number) => Path.Exists($"/proc/self/fd/{number}") && File.ResolveLinkTarget($"/proc/self/fd/{number}", false)!.Name.Contains("eventfd");
}
