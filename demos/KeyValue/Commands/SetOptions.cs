namespace RxGlisten.Demos.KeyValue;

/// <summary>What stands behind the value in a <c>SET</c>.</summary>
internal readonly record struct SetOptions(bool OnlyNew, bool OnlyExisting, bool KeepsDue, bool ReturnsOld, TimeSpan? Lifetime)
{
    private const int First = 3;

    /// <summary>Reads them.</summary>
    /// <returns>What is wrong with them, or null.</returns>
    public static Reply? TryParse(Command command, out SetOptions options)
    {
        options = default;
        for (var i = First; i < command.Count; i++)
        {
            var word = command[i];
            var hasValue = i + 1 < command.Count;
            if (word.Is("nx"))
                options = options with { OnlyNew = true };
            else if (word.Is("xx"))
                options = options with { OnlyExisting = true };
            else if (word.Is("keepttl"))
                options = options with { KeepsDue = true };
            else if (word.Is("get"))
                options = options with { ReturnsOld = true };
            else if ((word.Is("ex") || word.Is("px")) && hasValue && options.Lifetime is null)
            {
                var unit = word.Is("ex") ? TimeSpan.FromSeconds(1) : TimeSpan.FromMilliseconds(1);
                if (!command[++i].TryInteger(out _))
                    return Reply.NotAnInteger;
                if (!command[i].TryDuration(unit, out var lifetime) || lifetime <= TimeSpan.Zero)
                    return Reply.Error("ERR invalid expire time in 'set' command");
                options = options with { Lifetime = lifetime };
            }
            else
                return Reply.SyntaxError;
        }

        return options is { OnlyNew: true, OnlyExisting: true } or { KeepsDue: true, Lifetime: not null } ? Reply.SyntaxError : null;
    }
}
