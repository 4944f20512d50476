namespace RxGlisten.Demos.KeyValue;

/// <summary>What a reply is on the wire.</summary>
internal enum ReplyKind
{
    /// <summary>Nothing is sent.</summary>
    None,

    /// <summary>A short text.</summary>
    Simple,

    /// <summary>A short text that begins with the kind of the error.</summary>
    Error,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>Bytes.</summary>
    Bulk,

    /// <summary>There is no value.</summary>
    Null,

    /// <summary>Replies in one.</summary>
    Array,

    /// <summary>Keys and their values, in turn.</summary>
    Map,

    /// <summary>What was not asked for: a message of a channel.</summary>
    Push,

    /// <summary>Replies one after the other.</summary>
    Several,
}
