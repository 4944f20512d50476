namespace RxGlisten;

/// <summary>Bytes as frames.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="decoder">Finds the frames.</param>
/// <param name="keepsNothing">Whether the bytes of a frame are done with when such an observer returns.</param>
internal sealed class FrameSequence<TDecoder, T>(IObservable<ReadOnlyMemory<byte>> bytes, TDecoder decoder, Func<IObserver<T>, bool> keepsNothing)
    : IObservable<T>
    where TDecoder : IPacketDecoder<T>
{
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return new FrameSink<TDecoder, T>(observer, decoder, keepsNothing(observer)).Run(bytes);
    }
}
