namespace RxGlisten.Demos.Http;

/// <summary>A field of a head (RFC 9110, 5), as it was received.</summary>
internal readonly record struct Field(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value);
