using System.Net;

namespace RxGlisten;

/// <summary>The user's own.</summary>
internal sealed class PredicateRule(Func<EndPoint, bool> predicate) : IAdmissionRule
{
    public bool TryEnter(EndPoint remote) => predicate(remote);

    public void Leave(EndPoint remote)
    {
    }
}
