namespace RxGlisten;

/// <summary>Frames as bytes.</summary>
internal sealed class EncodeSequence<T>(IObservable<T> frames, Func<IObserver<ReadOnlyMemory<byte>>, EncodeSink<T>> makeSink) : IObservable<ReadOnlyMemory<byte>>
{
    public IDisposable Subscribe(IObserver<ReadOnlyMemory<byte>> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return makeSink(observer).Run(frames);
    }
}
