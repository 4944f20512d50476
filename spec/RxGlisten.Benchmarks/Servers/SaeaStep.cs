namespace RxGlisten.Benchmarks.Servers;

/// <summary>What a connection does after one round: goes on at once, waits for its operation, or ends.</summary>
internal enum SaeaStep
{
    Again,
    Waits,
    Over,
}
