namespace RxGlisten;

/// <summary>The same for frames of bytes and the library's own encoders, which copy them.</summary>
internal sealed class EncodeByteSink(IObserver<ReadOnlyMemory<byte>> observer, IFrameEncoder<ReadOnlyMemory<byte>> encoder)
    : EncodeSink<ReadOnlyMemory<byte>>(observer, encoder), IByteSink
{
    public bool KeepsNothing => true;
}
