using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>
/// The loop of System.IO.Pipelines: what arrived is searched for lines, and what is left of it is handed back. The pipe runs its reader inside the
/// writer's flush, so that nothing but the reading is measured.
/// </summary>
/// <param name="asText">Whether a line becomes a string.</param>
/// <param name="fast">Whether lines are found by <see cref="SequenceReader{T}"/>, or by <c>PositionOf</c> as in the introduction to pipelines.</param>
internal sealed class PipeLines(bool asText, bool fast) : ILineReader
{
    private const int MaxLength = 1024;

    public string Name => NameOf(asText, fast);

    public string Rival => NameOf(asText, fast: true);

    public string Description =>
        $"`PipeReader` and {(fast ? "`SequenceReader.TryReadTo`" : "`ReadOnlySequence.PositionOf`")}, {(asText ? "strings" : "slices")}, the same maximum";

    public static string NameOf(bool asText, bool fast) => (fast ? "pipelines" : "pipelines, PositionOf") + (asText ? ", strings" : "");

    public long Read(LineInput input, int passes)
    {
        Pipe pipe = new(new PipeOptions(
            readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false, minimumSegmentSize: 16 * 1024));
        Task<long> reading = ReadAsync(pipe.Reader);
        for (int pass = 0; pass < passes; pass++)
        {
            foreach (byte[] packet in input.All)
            {
                packet.CopyTo(pipe.Writer.GetMemory(packet.Length));
                pipe.Writer.Advance(packet.Length);
                ValueTask<FlushResult> flush = pipe.Writer.FlushAsync();
                if (!flush.IsCompleted) throw new InvalidOperationException("The reader fell behind.");
                flush.GetAwaiter().GetResult();
            }
        }
        pipe.Writer.Complete();
        return reading.IsCompleted ? reading.Result : throw new InvalidOperationException("The reader is not at the end.");
    }

    private async Task<long> ReadAsync(PipeReader reader)
    {
        long characters = 0;
        while (true)
        {
            ReadResult read = await reader.ReadAsync();
            ReadOnlySequence<byte> rest = fast ? ReadFast(read.Buffer, ref characters) : ReadPlain(read.Buffer, ref characters);
            if (rest.Length > MaxLength) throw new InvalidDataException("The line is too long.");
            reader.AdvanceTo(rest.Start, rest.End);
            if (!read.IsCompleted) continue;
            await reader.CompleteAsync();
            return characters;
        }
    }

    private ReadOnlySequence<byte> ReadFast(ReadOnlySequence<byte> buffer, ref long characters)
    {
        SequenceReader<byte> reader = new(buffer);
        while (reader.TryReadTo(out ReadOnlySpan<byte> line, (byte)'\n'))
        {
            if (line is [.., (byte)'\r']) line = line[..^1];
            if (line.Length > MaxLength) throw new InvalidDataException("The line is too long.");
            characters += asText ? Encoding.UTF8.GetString(line).Length : line.Length;
        }
        return buffer.Slice(reader.Position);
    }

    private ReadOnlySequence<byte> ReadPlain(ReadOnlySequence<byte> buffer, ref long characters)
    {
        while (buffer.PositionOf((byte)'\n') is { } end)
        {
            ReadOnlySequence<byte> line = buffer.Slice(0, end);
            if (line.Length > MaxLength) throw new InvalidDataException("The line is too long.");
            characters += asText ? Encoding.UTF8.GetString(line).TrimEnd('\r').Length : line.Length - 1;
            buffer = buffer.Slice(buffer.GetPosition(1, end));
        }
        return buffer;
    }
}
