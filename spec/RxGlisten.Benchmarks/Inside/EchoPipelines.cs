using System.Reactive.Linq;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>What stands between what arrives and what is sent: nothing, so that buffers are used again, or an operator of Rx, that might keep them.</summary>
internal static class EchoPipelines
{
    public const string None = "none";
    public const string Select = "Select";

    public static Func<IConnection, IObservable<ReadOnlyMemory<byte>>> Of(string name) => name switch
    {
        None => connection => connection.Inbound.Bytes(),
        Select => connection => connection.Inbound.Bytes().Select(data => data),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "is no pipeline"),
    };
}
