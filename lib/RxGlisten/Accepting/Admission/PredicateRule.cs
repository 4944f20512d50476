using System.Net;

namespace RxGlisten;

/// <summary>The user's own.</summary>
internal sealed class PredicateRule(Func<EndPoint, bool> predicate) : IAdmissionRule
{
    public bool TryEnter(EndPoint remote)
    {
        try
        {
            return predicate(remote);
        }
        catch (Exception)
        {
            // User code on an acceptor's way, which must not end of it; and who can't be judged is not let in.
            return false;
        }
    }

    public void Leave(EndPoint remote)
    {
    }
}
