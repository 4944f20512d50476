namespace RxGlisten;

/// <summary>Says which option is out of its range, with its value and what it may be.</summary>
internal static class OptionRange
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>It has to lie between two numbers, both included.</summary>
    public static void RequireBetween(long value, long least, long most, string option)
    {
        if (value < least || value > most)
            throw OutOfRange(value, option, most is int.MaxValue or long.MaxValue ? $"must be {least} or more" : $"must be {least} to {most}");
    }

    /// <summary>It has to be a name of its kind.</summary>
    public static void RequireDefined<T>(T value, string option)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value)) throw OutOfRange(value, option, "must be one of " + string.Join(", ", Enum.GetNames<T>()));
    }

    /// <summary>It has to be a time that a timer can run, or infinite.</summary>
    public static void RequireDuration(TimeSpan value, string option, bool orZero = false)
    {
        if (value == Timeout.InfiniteTimeSpan || (orZero && value == TimeSpan.Zero)) return;
        if (value <= TimeSpan.Zero || value > LongestTimer)
            throw OutOfRange(
                value,
                option,
                $"must be {(orZero ? "zero or more" : "more than zero")}, at most {LongestTimer} (about 49 days, the longest timer), "
                + "or Timeout.InfiniteTimeSpan for no limit");
    }

    /// <summary>The error.</summary>
    public static ArgumentOutOfRangeException OutOfRange(object value, string option, string rule) =>
        new(option, value, $"{option} {rule}; it is {value}.");
}
