namespace RxGlisten.Demos.Http;

/// <summary>Takes a body out of what arrives, in pieces; some of them may be empty. It goes on where it was left, by whoever subscribes next.</summary>
internal interface IBodyDecoder : IFrameDecoder<ReadOnlyMemory<byte>>
{
    /// <summary>Whether the last byte that belongs to the body was decoded. No more is to be asked for then.</summary>
    bool IsOver { get; }
}
