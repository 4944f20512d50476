using System.Globalization;

namespace RxGlisten;

/// <summary>
/// How many connections the process's descriptors allow. On Linux what the limit leaves; on macOS the 10,240 that the runtime raises its
/// limit to; on Windows, which has no such limit, 1,000,000; elsewhere POSIX's usual 1,024.
/// </summary>
internal static class DescriptorLimit
{
    private const string LimitsFile = "/proc/self/limits";
    private const string DescriptorsFolder = "/proc/self/fd";
    private const string OpenFiles = "Max open files";
    private const int UsualPosixLimit = 1024;
    private const int MacLimit = 10_240;
    private const int WindowsLimit = 1_000_000;
    private const int LeastHeadroom = 16;
    private const int HeadroomDivisor = 20;

    /// <summary>Connections that may be open at a time, 1 or more, by the descriptors that are open now.</summary>
    public static int DefaultMaxConnections()
    {
        if (OperatingSystem.IsWindows()) return WindowsLimit;
        if (OperatingSystem.IsMacOS()) return ConnectionsWithin(MacLimit, open: 0);
        if (!OperatingSystem.IsLinux()) return ConnectionsWithin(UsualPosixLimit, open: 0);
        try
        {
            // The runtime raises the soft limit to the hard one at its start, so the soft one is what there is.
            long limit = SoftLimit(File.ReadAllText(LimitsFile)) ?? UsualPosixLimit;
            return ConnectionsWithin(limit, Directory.EnumerateFileSystemEntries(DescriptorsFolder).Count());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ConnectionsWithin(UsualPosixLimit, open: 0); // a container may hide /proc
        }
    }

    /// <summary>The soft limit of open files in the text of /proc/self/limits (proc_pid_limits(5)); null where it has none.</summary>
    /// <param name="limits">The file's text.</param>
    /// <returns><see cref="long.MaxValue"/> for "unlimited".</returns>
    internal static long? SoftLimit(string limits)
    {
        foreach (ReadOnlySpan<char> line in limits.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith(OpenFiles, StringComparison.Ordinal)) continue;
            ReadOnlySpan<char> soft = line[OpenFiles.Length..].TrimStart();
            int end = soft.IndexOf(' ');
            if (end >= 0) soft = soft[..end];
            if (soft.SequenceEqual("unlimited")) return long.MaxValue;
            return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : null;
        }

        return null;
    }

    /// <summary>The limit, less what is open, less headroom for files, timers and the runtime itself: a 20th, at least 16.</summary>
    internal static int ConnectionsWithin(long limit, int open)
    {
        long headroom = Math.Max(LeastHeadroom, limit / HeadroomDivisor);
        return (int)Math.Clamp(limit - open - headroom, 1, int.MaxValue);
    }
}
