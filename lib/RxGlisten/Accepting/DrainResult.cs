namespace RxGlisten;

/// <summary>How a listener's connections ended after it was told to stop.</summary>
/// <param name="Finished">Connections that ended by themselves within the drain time.</param>
/// <param name="Cut">Connections that were aborted at its end.</param>
public sealed record DrainResult(int Finished, int Cut);
