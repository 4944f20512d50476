namespace RxGlisten;

/// <summary>What changed in a <see cref="ConnectionGroup"/>.</summary>
public enum GroupChangeKind
{
    /// <summary>A connection is a member from now on.</summary>
    Joined,

    /// <summary>It is no longer: it closed, its membership was disposed, or the group was.</summary>
    Left,
}
