using NUnit.Framework;

namespace RxGlisten.Spec.Transports.Memory;

/// <summary>A bounded ring of bytes against a plain queue.</summary>
public sealed class MemoryPipeSpec
{
    [TestCase(1)]
    [TestCase(7)]
    [TestCase(100)]
    [TestCase(5_000)]
    public void Whatever_the_pieces_it_is_a_queue_with_a_bound(int windowBytes)
    {
        var random = new Random(windowBytes);
        var pipe = new MemoryPipe(windowBytes);
        var model = new Queue<byte>();
        for (var step = 0; step < 20_000; step++)
        {
            var piece = new byte[random.Next(windowBytes + 2)];
            if (random.Next(2) == 0)
            {
                random.NextBytes(piece);
                var taken = Math.Min(piece.Length, windowBytes - model.Count);
                if (pipe.Write(piece) != taken) Assert.Fail($"step {step}: not the room there is");
                foreach (var one in piece.AsSpan(0, taken)) model.Enqueue(one);
            }
            else
            {
                var given = pipe.Read(piece);
                if (given != Math.Min(piece.Length, model.Count)) Assert.Fail($"step {step}: not the bytes there are");
                foreach (var one in piece.AsSpan(0, given))
                {
                    if (one != model.Dequeue()) Assert.Fail($"step {step}: a byte is lost, doubled or out of order");
                }
            }
            if (pipe.Count != model.Count) Assert.Fail($"step {step}: miscounted");
        }
    }

    [Test]
    public void What_is_cleared_is_gone()
    {
        var pipe = new MemoryPipe(10);
        pipe.Write("gone"u8);
        pipe.Clear();
        Assert.That(pipe.Count, Is.Zero);
        Assert.That(pipe.Read(new byte[4]), Is.Zero);
        Assert.That(pipe.Write(new byte[20]), Is.EqualTo(10));
    }
}
