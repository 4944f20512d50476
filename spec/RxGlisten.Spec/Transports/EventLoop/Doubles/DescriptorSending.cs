using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace RxGlisten.Spec.Transports.EventLoop.Doubles;

/// <summary>Sends descriptors over unix sockets (unix(7)), which .NET does not.</summary>
internal static class DescriptorSending
{
    private const int HeaderBytes = 16; // struct cmsghdr of a 64-bit system

    /// <summary>Sends bytes with a descriptor.</summary>
    public static void Send(Socket socket, ReadOnlySpan<byte> bytes, int descriptor)
    {
        var data = GCHandle.Alloc(bytes.ToArray(), GCHandleType.Pinned);
        var segment = GCHandle.Alloc(new[] { data.AddrOfPinnedObject(), bytes.Length }, GCHandleType.Pinned);
        var control = new byte[HeaderBytes + 8];
        BitConverter.TryWriteBytes(control, (long)(HeaderBytes + sizeof(int)));
        BitConverter.TryWriteBytes(control.AsSpan(8), 1);  // SOL_SOCKET
        BitConverter.TryWriteBytes(control.AsSpan(12), 1); // SCM_RIGHTS
        BitConverter.TryWriteBytes(control.AsSpan(HeaderBytes), descriptor);
        var pinned = GCHandle.Alloc(control, GCHandleType.Pinned);
        try
        {
            var message = new Message
            {
                Segments = segment.AddrOfPinnedObject(),
                SegmentCount = 1,
                Control = pinned.AddrOfPinnedObject(),
                ControlLength = control.Length,
            };
            if (SendMessage((int)socket.Handle, ref message, 0) != bytes.Length)
                throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
        finally
        {
            pinned.Free();
            segment.Free();
            data.Free();
        }
    }

    [DllImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static extern nint SendMessage(int descriptor, ref Message message, int flags);

    private struct Message
    {
        public nint Name;
        public nint NameLength;
        public nint Segments;
        public nint SegmentCount;
        public nint Control;
        public nint ControlLength;
        public nint Flags;
    }
}
