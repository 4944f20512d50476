using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace RxGlisten;

/// <summary>Calls of non-blocking sockets by their descriptors, with their errors as results.</summary>
internal static unsafe class NativeSocket
{
    private const int AddressBytes = 128; // sizeof(struct sockaddr_storage)
    private const int MostSegments = 64;

    /// <summary>Receives what there is; -1 bytes when there is nothing.</summary>
    public static Transfer Receive(int descriptor, Span<byte> memory)
    {
        fixed (byte* bytes = memory)
        {
            nint count;
            do
                count = Libc.Receive(descriptor, bytes, (nuint)memory.Length, 0);
            while (count < 0 && NativeError.Last == NativeError.Interrupted);
            return Received(count);
        }
    }

    /// <summary>Likewise, of a unix socket, which a peer may send descriptors on: the kernel drops them, and ends the receive behind them although there may be more.</summary>
    public static Transfer Receive(int descriptor, Span<byte> memory, out bool isCut)
    {
        fixed (byte* bytes = memory)
        {
            var segment = new Libc.Segment { Bytes = bytes, Count = (nuint)memory.Length };
            var message = new Libc.MessageHeader { Segments = &segment, SegmentCount = 1 };
            nint count;
            do
                count = Libc.ReceiveScattered(descriptor, &message, 0);
            while (count < 0 && NativeError.Last == NativeError.Interrupted);
            isCut = ((int)message.Flags & Libc.ControlCut) != 0;
            return Received(count);
        }
    }

    /// <summary>Reads off what has arrived: unread, it would turn the close into a reset, which destroys what is on its way to the peer.</summary>
    public static void DiscardArrived(int descriptor)
    {
        var scrap = DiscardBuffer.Shared.GetMemory(0).Span;
        for (var rounds = DiscardBuffer.RoundsAtClose; rounds > 0 && Receive(descriptor, scrap).Bytes > 0; rounds--)
        {
        }
    }

    /// <summary>Sends what there is room for.</summary>
    public static Transfer Send(int descriptor, ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
        {
            nint count;
            do
                count = Libc.Send(descriptor, bytes, (nuint)data.Length, Libc.NoSignal);
            while (count < 0 && NativeError.Last == NativeError.Interrupted);
            return Sent(count);
        }
    }

    /// <summary>Gathers and sends what there is room for, of the first segments.</summary>
    public static Transfer Send(int descriptor, IList<ArraySegment<byte>> data)
    {
        var count = Math.Min(data.Count, MostSegments);
        var segments = stackalloc Libc.Segment[count];
        var pins = stackalloc GCHandle[count];
        var pinned = 0;
        try
        {
            for (; pinned < count; pinned++)
            {
                var segment = data[pinned];
                pins[pinned] = GCHandle.Alloc(segment.Array, GCHandleType.Pinned);
                segments[pinned].Bytes = (byte*)pins[pinned].AddrOfPinnedObject() + segment.Offset;
                segments[pinned].Count = (nuint)segment.Count;
            }

            var message = new Libc.MessageHeader { Segments = segments, SegmentCount = (nuint)count };
            nint sent;
            do
                sent = Libc.SendGathered(descriptor, &message, Libc.NoSignal);
            while (sent < 0 && NativeError.Last == NativeError.Interrupted);
            return Sent(sent);
        }
        finally
        {
            while (pinned > 0)
                pins[--pinned].Free();
        }
    }

    /// <summary>Sends FIN after all that was sent.</summary>
    public static SocketError ShutdownSending(int descriptor) =>
        Libc.Shutdown(descriptor, Libc.ShutdownWrite) == 0 ? SocketError.Success : NativeError.ToSocketError(NativeError.Last);

    /// <summary>From now on a close resets the connection.</summary>
    public static void ResetOnClose(int descriptor)
    {
        var linger = new Libc.Linger { IsOn = 1 };
        // It fails only on a connection that is gone already, which is what is wanted.
        _ = Libc.SetOption(descriptor, Libc.SocketLevel, Libc.LingerOption, &linger, (uint)sizeof(Libc.Linger));
    }

    /// <summary>The error that is waiting to be told, which is told by this.</summary>
    public static SocketError TakeError(int descriptor)
    {
        var failed = GetOption(descriptor, Libc.SocketLevel, Libc.ErrorOption, out var error);
        return failed == SocketError.Success ? NativeError.ToSocketError(error) : failed;
    }

    /// <summary>Reads an option whose value is a number.</summary>
    public static SocketError GetOption(int descriptor, int level, int option, out int value)
    {
        int read;
        uint length = sizeof(int);
        var error = Libc.GetOption(descriptor, level, option, &read, &length) == 0 ? SocketError.Success : NativeError.ToSocketError(NativeError.Last);
        value = error == SocketError.Success ? read : 0;
        return error;
    }

    /// <summary>Sets an option whose value is a number.</summary>
    public static SocketError SetOption(int descriptor, int level, int option, int value) =>
        Libc.SetOption(descriptor, level, option, &value, sizeof(int)) == 0 ? SocketError.Success : NativeError.ToSocketError(NativeError.Last);

    /// <summary>Makes a non-blocking socket with these options; its descriptor, or -1 and the error.</summary>
    public static int Open(AddressFamily family, SocketSettings settings, out SocketError error)
    {
        var descriptor = Libc.Socket(NativeAddress.FamilyOf(family), Libc.Stream | Libc.CloseOnExec | Libc.NonBlocking, 0);
        if (descriptor < 0)
        {
            error = NativeError.ToSocketError(NativeError.Last);
            return -1;
        }

        // As .NET makes them: no IPv4 on a socket of IPv6.
        var made = family != AddressFamily.InterNetworkV6 || Tune(descriptor, Libc.IPv6Level, Libc.IPv6OnlyOption, 1);
        error = made ? Tune(descriptor, family, settings) : NativeError.ToSocketError(NativeError.Last);
        if (error != SocketError.Success)
        {
            Close(descriptor);
            descriptor = -1;
        }

        return descriptor;
    }

    /// <summary>Gives a socket the options that it was asked to have; before it is connected, because TCP agrees on its window scale then.</summary>
    public static SocketError Tune(int descriptor, AddressFamily family, SocketSettings settings)
    {
        var set = Tune(descriptor, Libc.SocketLevel, Libc.SendBufferOption, settings.KernelSendBufferBytes)
            && Tune(descriptor, Libc.SocketLevel, Libc.ReceiveBufferOption, settings.KernelReceiveBufferBytes)
            && (family == AddressFamily.Unix
                || (Tune(descriptor, Libc.TcpLevel, Libc.NoDelayOption, settings.NoDelay ? 1 : 0)
                    && Tune(descriptor, Libc.TcpLevel, Libc.KeepTimeOption, (int?)settings.KeepAlive?.Time.TotalSeconds)
                    && Tune(descriptor, Libc.TcpLevel, Libc.KeepIntervalOption, (int?)settings.KeepAlive?.Interval.TotalSeconds)
                    && Tune(descriptor, Libc.TcpLevel, Libc.KeepCountOption, settings.KeepAlive?.Count)
                    && Tune(descriptor, Libc.SocketLevel, Libc.KeepAliveOption, settings.KeepAlive is null ? null : 1)));
        return set ? SocketError.Success : NativeError.ToSocketError(NativeError.Last);
    }

    /// <summary>Begins to connect: success, a failure, or <see cref="SocketError.InProgress"/>, and then the descriptor tells.</summary>
    public static SocketError Connect(int descriptor, EndPoint endpoint)
    {
        var serialized = endpoint.Serialize(); // as the system lays it out
        fixed (byte* address = serialized.Buffer.Span)
        {
            if (Libc.Connect(descriptor, address, (uint)serialized.Size) == 0)
                return SocketError.Success;
            var error = NativeError.Last;
            return NativeError.ToSocketError(error == NativeError.Interrupted ? NativeError.InProgress : error); // it goes on all the same
        }
    }

    /// <summary>Gives a descriptor back that nobody else uses.</summary>
    public static void Close(int descriptor) => _ = Libc.Close(descriptor);

    /// <summary>Accepts a connection that waits; its descriptor, or -1 and the error.</summary>
    public static int Accept(int listening, out NativeAddress remote, out SocketError error)
    {
        var address = stackalloc byte[AddressBytes];
        uint length = AddressBytes;
        var descriptor = Libc.Accept(listening, address, &length, Libc.CloseOnExec | Libc.NonBlocking);
        if (descriptor < 0)
        {
            remote = default;
            error = NativeError.ToSocketError(NativeError.Last);
            return -1;
        }

        remote = new NativeAddress(new ReadOnlySpan<byte>(address, (int)length));
        error = SocketError.Success;
        return descriptor;
    }

    /// <summary>This side's address; null when the connection is gone.</summary>
    public static EndPoint? LocalEndPoint(int descriptor)
    {
        var address = stackalloc byte[AddressBytes];
        uint length = AddressBytes;
        return Libc.LocalName(descriptor, address, &length) == 0 ? new NativeAddress(new ReadOnlySpan<byte>(address, (int)length)).ToEndPoint() : null;
    }

    private static bool Tune(int descriptor, int level, int option, int? asked)
    {
        if (asked is not { } value)
            return true;
        return Libc.SetOption(descriptor, level, option, &value, sizeof(int)) == 0;
    }

    private static Transfer Received(nint count)
    {
        if (count >= 0)
            return new Transfer((int)count, SocketError.Success);
        return NativeError.Last == NativeError.WouldBlock
            ? new Transfer(-1, SocketError.Success)
            : new Transfer(0, NativeError.ToSocketError(NativeError.Last));
    }

    private static Transfer Sent(nint count)
    {
        if (count >= 0)
            return new Transfer((int)count, SocketError.Success);
        var error = NativeError.ToSocketError(NativeError.Last);
        return new Transfer(0, error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable ? SocketError.Success : error);
    }
}
