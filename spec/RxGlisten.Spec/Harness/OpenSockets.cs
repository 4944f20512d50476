namespace RxGlisten.Spec.Harness;

/// <summary>The sockets that this process has open, of whatever kind and state, as /proc shows them (proc_pid_fd(5)): Linux only.</summary>
internal static class OpenSockets
{
    public static int Count() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(IsSocket);

    private static bool IsSocket(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            return false; // it was closed meanwhile
        }
    }
}
