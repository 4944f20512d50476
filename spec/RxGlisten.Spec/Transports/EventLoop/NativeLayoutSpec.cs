using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>How structures lie in memory that the kernel reads and writes.</summary>
[Platform("Linux")]
public sealed class NativeLayoutSpec
{
    [TestCase(Architecture.X64, 12)]
    [TestCase(Architecture.Arm64, 16)]
    public void An_epoll_event_is_packed_on_x64_and_nowhere_else(Architecture architecture, int bytes) => Assert.That(Epoll.StrideOn(architecture), Is.EqualTo(bytes));

    [Test]
    public void Events_of_this_kernel_are_read_whole_whichever_of_them_it_is()
    {
        const int Count = 20;
        var epoll = new Epoll();
        var descriptors = Enumerable.Range(0, Count).Select(_ => Libc.EventDescriptor(1, Libc.CloseOnExec)).ToArray(); // each can be read, and written to
        for (var i = 0; i < Count; i++)
            Assert.That(epoll.TryAdd(descriptors[i], i % 2 == 0 ? ReadyEvents.Input : ReadyEvents.Output, TokenOf(i)), Is.True);
        epoll.Wait(blocks: false);
        var told = Enumerable.Range(0, epoll.Count).Select(i => (epoll.TokenAt(i), epoll.EventsAt(i)));
        Assert.That(told, Is.EquivalentTo(Enumerable.Range(0, Count).Select(i => (TokenOf(i), i % 2 == 0 ? ReadyEvents.Input : ReadyEvents.Output))));
        foreach (var descriptor in descriptors)
            Assert.That(Libc.Close(descriptor), Is.Zero);

        static ulong TokenOf(int i) => 0x8877_6655_4433_2200 + (ulong)i;
    }

    // The lengths of musl's msghdr are halves: the lower ones are where the whole ones of the kernel are, on both architectures.
    [Test]
    public void The_structures_of_calls_are_those_of_a_64_bit_kernel()
    {
        var header = new[] { "Name", "NameLength", "Segments", "SegmentCount", "Control", "ControlLength", "Flags" };
        Assert.That(header.Select(Offset<Libc.MessageHeader>), Is.EqualTo(new[] { 0, 8, 16, 24, 32, 40, 48 }));
        Assert.That((Unsafe.SizeOf<Libc.MessageHeader>(), Unsafe.SizeOf<Libc.Segment>()), Is.EqualTo((56, 16)));
        Assert.That(new[] { "Bytes", "Count" }.Select(Offset<Libc.Segment>), Is.EqualTo(new[] { 0, 8 }));
        Assert.That(new[] { "Descriptor", "Events", "Returned" }.Select(Offset<Libc.PollEntry>), Is.EqualTo(new[] { 0, 4, 6 }));
        Assert.That((Unsafe.SizeOf<Libc.PollEntry>(), Unsafe.SizeOf<Libc.Linger>()), Is.EqualTo((8, 8)));
    }

    private static int Offset<T>(string field) => (int)Marshal.OffsetOf<T>(field);
}
