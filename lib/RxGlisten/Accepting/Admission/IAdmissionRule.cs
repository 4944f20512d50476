using System.Net;

namespace RxGlisten;

/// <summary>Decides who is admitted. Called on any thread, without locks held.</summary>
internal interface IAdmissionRule
{
    /// <summary>Whether a peer is admitted, who is counted then. May throw, for predicates and clocks are user code: who can't be judged is not let in.</summary>
    bool TryEnter(EndPoint remote);

    /// <summary>One that was admitted is gone.</summary>
    void Leave(EndPoint remote);
}
