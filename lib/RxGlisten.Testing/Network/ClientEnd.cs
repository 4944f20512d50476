namespace RxGlisten.Testing;

/// <summary>How a client saw its connection end.</summary>
public enum ClientEnd
{
    /// <summary>It has not seen the end.</summary>
    None,

    /// <summary>The server's FIN, after all bytes.</summary>
    Fin,

    /// <summary>A reset.</summary>
    Reset,

    /// <summary>It was refused.</summary>
    Refused,
}
