namespace RxGlisten.Demos.Http;

/// <summary>The pages that are part of the program.</summary>
internal static class Page
{
    /// <summary>A page by its file's name.</summary>
    public static Response Read(string name)
    {
        using var stream = typeof(Page).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return new Response(200) { ContentType = "text/html; charset=utf-8", Content = copy.ToArray() };
    }
}
