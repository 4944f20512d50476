namespace RxGlisten;

/// <summary>What ends a line that is written. Those that are read may end in either.</summary>
public enum LineEnding
{
    /// <summary>A line feed, as in newline-delimited JSON.</summary>
    Lf,

    /// <summary>A carriage return and a line feed, as in SMTP (RFC 5321), IMAP, HTTP/1.1 and Redis.</summary>
    CrLf,
}
