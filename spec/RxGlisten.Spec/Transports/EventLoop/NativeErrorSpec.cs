using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>The names of errors.</summary>
[Platform("Linux")]
public sealed class NativeErrorSpec
{
    private const int MostNumbers = 133; // EHWPOISON is the last that Linux has

    [Test]
    public void Every_number_has_the_name_that_the_sockets_of_NET_give_it()
    {
        // There is no public way to ask for it: what they have is asked itself, of this runtime.
        var mapping = typeof(Socket).Assembly.GetType("System.Net.Sockets.SocketErrorPal", throwOnError: true)!
            .GetMethod("GetSocketErrorForNativeError", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!;
        var theirs = mapping.GetParameters()[0].ParameterType;
        var expected = Enumerable.Range(0, MostNumbers + 1).Select(number => (number, (SocketError)mapping.Invoke(null, [Enum.ToObject(theirs, PortableNumberOf(number))])!));
        Assert.That(Enumerable.Range(0, MostNumbers + 1).Select(number => (number, NativeError.ToSocketError(number))), Is.EqualTo(expected));
    }

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_ConvertErrorPlatformToPal")]
    private static extern int PortableNumberOf(int number);
}
