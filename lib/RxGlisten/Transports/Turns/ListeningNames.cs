using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>The names of a network inside the process that are listened on. Guarded by the network's lock.</summary>
internal sealed class ListeningNames<TListener>
    where TListener : ITransportListener
{
    private readonly Dictionary<string, TListener> _listeners = new(StringComparer.Ordinal);

    /// <summary>Takes a name for a listener.</summary>
    /// <exception cref="ListenException">It is taken.</exception>
    public TListener Add(string name, TListener listener)
    {
        if (_listeners.TryAdd(name, listener)) return listener;
        throw new ListenException(listener.LocalEndPoint, SocketError.AddressAlreadyInUse,
            $"{listener.LocalEndPoint} is listened on already; dispose that listener first or take another name.");
    }

    public void Remove(string name) => _listeners.Remove(name);

    public bool TryGet(string name, [MaybeNullWhen(false)] out TListener listener) => _listeners.TryGetValue(name, out listener);

    /// <summary>What is thrown for an endpoint that is not of the network.</summary>
    public static ListenException NotHere(EndPoint endpoint) =>
        new(endpoint, SocketError.AddressFamilyNotSupported, $"{endpoint} is not on this network; listen on one of its own endpoints.");
}
