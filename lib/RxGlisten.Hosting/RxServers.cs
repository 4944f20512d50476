using System.Collections.Concurrent;

namespace RxGlisten;

/// <summary>The servers that are bound; a host may start its services at the same time.</summary>
internal sealed class RxServers : IRxServers
{
    private readonly ConcurrentDictionary<string, IListener> _listeners = new(StringComparer.Ordinal);

    public IListener this[string name] => _listeners.TryGetValue(name, out IListener? listener)
        ? listener
        : throw new KeyNotFoundException(
            $"There is no server called '{name}' that is bound. Bound when the host has started it: {(_listeners.IsEmpty ? "none so far" : string.Join(", ", _listeners.Keys))}.");

    /// <summary>A server is bound.</summary>
    public void Add(string name, IListener listener) => _listeners[name] = listener;
}
