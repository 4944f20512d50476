namespace RxGlisten;

/// <summary>A value that the program itself sends to a connection's handler.</summary>
/// <typeparam name="T">The value's type.</typeparam>
/// <param name="value">The value.</param>
public sealed class UserMessage<T>(T value) : Message, IEquatable<UserMessage<T>>
{
    /// <summary>The value.</summary>
    public T Value { get; } = value;

    /// <inheritdoc/>
    public bool Equals(UserMessage<T>? other) => other is not null && EqualityComparer<T>.Default.Equals(Value, other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UserMessage<T>);

    /// <inheritdoc/>
    public override int GetHashCode() => Value is null ? 0 : EqualityComparer<T>.Default.GetHashCode(Value);

    /// <inheritdoc/>
    public override string ToString() => $"UserMessage({Value})";
}
