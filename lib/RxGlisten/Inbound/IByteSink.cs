namespace RxGlisten;

/// <summary>An observer of bytes that can prove to keep none.</summary>
internal interface IByteSink : IObserver<ReadOnlyMemory<byte>>
{
    /// <summary>Whether the bytes are done with when <c>OnNext</c> returns.</summary>
    bool KeepsNothing { get; }
}
