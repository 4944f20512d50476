namespace RxGlisten.Testing;

/// <summary>An element of a query over all connections, on a <see cref="MarblePicture"/>.</summary>
/// <param name="Time">When it came, since the start of the run.</param>
/// <param name="Text">What is written at it.</param>
public readonly record struct PictureElement(TimeSpan Time, string Text);
