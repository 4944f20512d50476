using System.Runtime.InteropServices;

namespace RxGlisten.Benchmarks.Servers.Limit;

/// <summary>Replaces this process by another program (execv(3)): same process id, same standard streams.</summary>
internal static partial class Execution
{
    /// <summary>Returns only when it failed: the error's number.</summary>
    public static int Replace(string program, string argument)
    {
        nint[] arguments = [Marshal.StringToCoTaskMemUTF8(program), Marshal.StringToCoTaskMemUTF8(argument), 0];
        _ = Execute(program, arguments);
        return Marshal.GetLastPInvokeError();
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string program, nint[] arguments);
}
