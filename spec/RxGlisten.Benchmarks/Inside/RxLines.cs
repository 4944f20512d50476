using System.Reactive.Disposables;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>The library's operators over an observable that receives into one buffer a packet.</summary>
internal sealed class RxLines(bool asText) : ILineReader
{
    private const int MaxLength = 1024;

    public string Name => asText ? "Lines" : "ByteLines";

    public string Description => asText ? "`bytes.Lines(1024)`, strings" : "`bytes.ByteLines(1024)`, slices";

    public string Rival => PipeLines.NameOf(asText, fast: true);

    public long Read(LineInput input, int passes)
    {
        Source source = new(input, passes);
        Sum sum = new();
        if (asText)
            source.Lines(MaxLength).Subscribe(sum);
        else
            source.ByteLines(MaxLength).Subscribe(sum);
        return sum.Characters;
    }

    private sealed class Source(LineInput input, int passes) : IObservable<ReadOnlyMemory<byte>>
    {
        public IDisposable Subscribe(IObserver<ReadOnlyMemory<byte>> observer)
        {
            byte[] buffer = new byte[16 * 1024];
            for (int pass = 0; pass < passes; pass++)
            {
                foreach (byte[] packet in input.All)
                {
                    packet.CopyTo(buffer, 0);
                    observer.OnNext(buffer.AsMemory(0, packet.Length));
                }
            }
            observer.OnCompleted();
            return Disposable.Empty;
        }
    }

    private sealed class Sum : IObserver<ReadOnlyMemory<byte>>, IObserver<string>
    {
        public long Characters { get; private set; }

        public void OnNext(ReadOnlyMemory<byte> value) => Characters += value.Length;

        public void OnNext(string value) => Characters += value.Length;

        public void OnError(Exception error) => throw error;

        public void OnCompleted()
        {
        }
    }
}
