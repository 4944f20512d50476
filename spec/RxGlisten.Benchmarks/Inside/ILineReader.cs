namespace RxGlisten.Benchmarks.Inside;

/// <summary>One way to make lines of packets. Each copies a packet to where a receive would have put it, and adds up the lengths of the lines.</summary>
internal interface ILineReader
{
    string Name { get; }

    string Description { get; }

    /// <summary>The name of the reader that it is measured by: the fastest way there is with pipelines.</summary>
    string Rival { get; }

    /// <summary>Reads everything so many times, as one stream, and says how many characters the lines had.</summary>
    long Read(LineInput input, int passes);
}
