namespace RxGlisten.Demos.Http;

/// <summary>What a Range field comes to.</summary>
internal enum RangeKind
{
    /// <summary>All of it, as if no range was asked for.</summary>
    Whole,

    /// <summary>A part.</summary>
    Part,

    /// <summary>Nothing: there are no such bytes.</summary>
    None,
}
