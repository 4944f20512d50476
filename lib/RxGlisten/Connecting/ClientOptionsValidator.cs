namespace RxGlisten;

/// <summary>Says which option is out of its range, before anything is connected.</summary>
internal static class ClientOptionsValidator
{
    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentNullException">No options, or no scheduler.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; it is the exception's parameter.</exception>
    public static void Validate(ClientOptions options)
    {
        ConnectionOptionsValidator.Validate(options);
        OptionRange.RequireDuration(options.ConnectTimeout, nameof(options.ConnectTimeout));
        if (options.Tls is { } tls) TlsOptionsValidator.Validate(tls);
    }
}
