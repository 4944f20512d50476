using NUnit.Framework;
using RxGlisten.Demos.Http;

namespace RxGlisten.Spec.Demos.Http;

/// <summary>Messages out of frames, and what a message that does not end may cost.</summary>
public sealed class MessageAssemblerSpec
{
    private const int MaxBytes = 1024 * 1024;

    private static readonly byte[] s_letter = [(byte)'x'];

    [Test]
    public void A_million_empty_parts_take_no_memory()
    {
        var assembler = new MessageAssembler(MaxBytes);
        assembler.Add(new WebSocketFrame(Opcode.Text, s_letter, IsFinal: false));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000_000; i++)
            assembler.Add(new WebSocketFrame(Opcode.Continuation, default, IsFinal: false));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(4096));
        Assert.That(assembler.Add(new WebSocketFrame(Opcode.Continuation, default))!.Value.Payload.ToArray(), Is.EqualTo(s_letter));
    }

    [Test]
    public void A_message_in_parts_of_a_byte_takes_a_few_times_its_length_and_ends_at_the_limit()
    {
        var assembler = new MessageAssembler(MaxBytes);
        assembler.Add(new WebSocketFrame(Opcode.Binary, default, IsFinal: false));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < MaxBytes; i++)
            assembler.Add(new WebSocketFrame(Opcode.Continuation, s_letter, IsFinal: false));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(4 * MaxBytes));
        Assert.That(
            () => assembler.Add(new WebSocketFrame(Opcode.Continuation, s_letter)),
            Throws.TypeOf<WebSocketException>().With.Property(nameof(WebSocketException.Code)).EqualTo(WebSocketException.TooLargeCode));
    }

    [Test]
    public void What_was_put_together_stays_as_it_is_while_the_next_is()
    {
        var assembler = new MessageAssembler(MaxBytes);
        var messages = new List<WebSocketMessage>();
        foreach (var letter in "abc")
        {
            assembler.Add(new WebSocketFrame(Opcode.Text, new[] { (byte)letter }, IsFinal: false));
            messages.Add(assembler.Add(new WebSocketFrame(Opcode.Continuation, new[] { (byte)letter }))!.Value);
        }

        Assert.That(messages.Select(message => System.Text.Encoding.ASCII.GetString(message.Payload.Span)), Is.EqualTo(new[] { "aa", "bb", "cc" }));
    }
}
