namespace RxGlisten.Benchmarks.Load;

/// <summary>What can be wrong with a connection. Any of it fails the run.</summary>
internal enum LoadFault
{
    Connect,
    WrongByte,
    UnaskedByte,
    EndOfStream,
    Transport,

    /// <summary>Nothing came back in the whole measured window, or in time.</summary>
    Silent,

    /// <summary>It never read, and was not hung up on.</summary>
    Uncut,
}
