namespace RxGlisten;

/// <summary>What a throw in a handler's loop (<c>Handle</c>) does.</summary>
public enum Rescue
{
    /// <summary>
    /// It ends the connection as <see cref="CloseKind.HandlerFault"/>, or <see cref="CloseKind.ProtocolError"/> for a <see cref="ProtocolException"/>. The default.
    /// </summary>
    Stop,

    /// <summary>It is logged, and the loop goes on with the state from before the message, as glisten's does.</summary>
    Continue,
}
