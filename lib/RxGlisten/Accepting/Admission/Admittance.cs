using System.Net;

namespace RxGlisten;

/// <summary>That a gatekeeper, and those behind it, admitted a peer.</summary>
internal sealed class Admittance(IGatekeeper by, IAdmissionRule rule, EndPoint remote, Admittance? next)
{
    /// <summary>Whether this gatekeeper was asked.</summary>
    public bool IsBy(IGatekeeper gatekeeper) => ReferenceEquals(by, gatekeeper) || next is not null && next.IsBy(gatekeeper);

    /// <summary>The peer is gone. Once.</summary>
    public void End()
    {
        rule.Leave(remote);
        next?.End();
    }
}
