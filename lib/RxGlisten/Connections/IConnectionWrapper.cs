namespace RxGlisten;

/// <summary>A connection around another one, so that server operators find the library's own inside it: its claims, its reasons, its room to send.</summary>
internal interface IConnectionWrapper
{
    /// <summary>The connection inside.</summary>
    IConnection Inner { get; }
}
