using System.Text;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>Packets full of lines, cut where packets are cut: anywhere.</summary>
internal sealed class LineInput
{
    private const int TotalBytes = 1024 * 1024;

    private readonly byte[][] _packets;

    /// <summary>Lines of about so many characters in packets of so many bytes; a packet a line for 0.</summary>
    public LineInput(int averageLength, int packetBytes)
    {
        Name = $"lines of {averageLength}, {(packetBytes == 0 ? "a packet each" : $"packets of {packetBytes}")}";
        Random random = new(averageLength);
        StringBuilder text = new();
        List<int> ends = [];
        while (text.Length < TotalBytes)
        {
            int length = random.Next(averageLength / 2, (averageLength * 3 / 2) + 1);
            for (int i = 0; i < length; i++) text.Append((char)random.Next(' ', '~'));
            text.Append("\r\n");
            Lines++;
            Characters += length;
            ends.Add(text.Length);
        }
        byte[] bytes = Encoding.ASCII.GetBytes(text.ToString());
        _packets = packetBytes > 0 ? [.. bytes.Chunk(packetBytes)] : [.. ends.Select((end, i) => bytes[(i == 0 ? 0 : ends[i - 1])..end])];
    }

    public string Name { get; }

    /// <summary>How many lines one pass has.</summary>
    public int Lines { get; }

    /// <summary>... and how many characters those have, without their ends.</summary>
    public long Characters { get; }

    public IReadOnlyList<byte[]> All => _packets;
}
