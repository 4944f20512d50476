namespace RxGlisten.Testing;

/// <summary>What an exploration did that found nothing wrong.</summary>
/// <param name="Seeds">How many seeds were run.</param>
/// <param name="Faults">How many faults they had.</param>
/// <param name="Events">How many events their traces had.</param>
/// <param name="Digest">A hash of all traces: the same for the same seeds and scenario, on any machine.</param>
public readonly record struct ExplorationResult(int Seeds, long Faults, long Events, ulong Digest);
