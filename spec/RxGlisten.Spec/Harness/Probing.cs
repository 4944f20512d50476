using System.Text;

namespace RxGlisten.Spec.Harness;

/// <summary>Subscribes probes.</summary>
internal static class Probing
{
    public static Probe<T> Probe<T>(this IObservable<T> source, Action<T>? onNext = null, Action? onEnd = null) =>
        new Probe<T>(onNext, onEnd).On(source);

    /// <summary>An observer of whatever comes.</summary>
    public static IObserver<T> Ignore<T>() => System.Reactive.Observer.Create<T>(static _ => { }, static _ => { });

    /// <summary>All bytes of the packets that a probe was told.</summary>
    public static byte[] Bytes(this Probe<Message> probe) => [.. probe.Items.OfType<Packet>().SelectMany(packet => packet.Data.ToArray())];

    /// <summary>... as text.</summary>
    public static string Text(this Probe<Message> probe) => Encoding.Latin1.GetString(probe.Bytes());
}
