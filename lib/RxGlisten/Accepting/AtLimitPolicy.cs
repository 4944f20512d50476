namespace RxGlisten;

/// <summary>What happens to new connections while <see cref="ServerOptions.MaxConnections"/> are open.</summary>
public enum AtLimitPolicy
{
    /// <summary>They wait in the kernel's backlog until a connection ends. The default.</summary>
    Wait,

    /// <summary>They are accepted and closed at once.</summary>
    Close,
}
