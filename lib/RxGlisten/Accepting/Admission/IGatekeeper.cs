using System.Net;

namespace RxGlisten;

/// <summary>A listener's subscriber that is asked before a connection is made of what was accepted.</summary>
internal interface IGatekeeper
{
    /// <summary>Admits a peer, or does not. Throws what a rule does, and has counted nobody then.</summary>
    /// <returns>What is to be ended when the peer is gone; null for one that is not admitted.</returns>
    Admittance? TryAdmit(EndPoint remote);
}
