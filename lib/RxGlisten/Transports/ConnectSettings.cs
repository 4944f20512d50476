using System.Diagnostics.CodeAnalysis;

namespace RxGlisten;

/// <summary>What a transport needs of <see cref="ClientOptions"/>; the meanings, units and defaults are given there.</summary>
public sealed record ConnectSettings : SocketSettings
{
    /// <summary>Makes settings by hand.</summary>
    public ConnectSettings()
    {
    }

    [SetsRequiredMembers]
    internal ConnectSettings(ClientOptions options)
        : base(options)
    {
    }
}
