using System.Net;
using RxGlisten.Benchmarks.Load;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>What some handlers do that should not: block. The load's first connections are theirs, known by the address that they come from.</summary>
internal static class Blockade
{
    private const int Blocked = 20;
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(1);

    /// <summary>Whether the handler of a connection is one of them.</summary>
    public static bool Holds(EndPoint peer) => Target.Serial(peer) < Blocked;

    /// <summary>What it does at every message.</summary>
    public static void Block() => Thread.Sleep(s_time);
}
