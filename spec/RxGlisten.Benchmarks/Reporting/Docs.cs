namespace RxGlisten.Benchmarks.Reporting;

/// <summary>Where the page and its data are kept.</summary>
internal static class Docs
{
    /// <summary>Adds to the data what was measured, and writes the page again.</summary>
    public static void Write(Results newer)
    {
        string folder = Folder();
        Results all = Results.Load(folder);
        all.Take(newer);
        all.Save(folder);
        new Report(all).Write(folder);
        Console.WriteLine($"wrote {Path.Combine(folder, Report.FileName)}, its charts and its data");
    }

    /// <summary>Writes the page from the data: 0, or 2 for bad arguments.</summary>
    public static int WritePage(string[] arguments)
    {
        if (arguments.Length > 1)
        {
            Console.Error.WriteLine("expected page [FOLDER]");
            return 2;
        }
        string folder = arguments is [var named] ? named : Folder();
        new Report(Results.Load(folder)).Write(folder);
        return 0;
    }

    private static string Folder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "RxGlisten.sln"))) return Path.Combine(folder.FullName, "docs");
        return Path.Combine(Environment.CurrentDirectory, "docs");
    }
}
