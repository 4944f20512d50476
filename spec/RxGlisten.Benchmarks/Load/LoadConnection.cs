using System.Numerics;
using System.Runtime.InteropServices;

namespace RxGlisten.Benchmarks.Load;

/// <summary>One connection of the load generator: how far it has sent, and how far what came back was right.</summary>
internal sealed unsafe class LoadConnection(int index, int pipeline)
{
    // A power of two, so that wrapping around is not a division for each message.
    private readonly long[] _stamps = new long[BitOperations.RoundUpToPowerOf2((uint)pipeline)];
    private long _start;
    private LoadConnection? _heard; // whose bytes come back, if they are not its own
    private long _stamped;

    public int Index => index;

    /// <summary>Whether it never reads.</summary>
    public bool IsStalled { get; set; }

    /// <summary>How often the server hung up on it.</summary>
    public int Cuts { get; set; }

    public int Descriptor { get; private set; } = -1;
    public bool Connecting { get; private set; }
    public bool WantsToWrite { get; set; }
    public long Queued { get; private set; }
    public long Sent { get; private set; }
    public long Received { get; private set; }

    /// <summary>Messages that were answered.</summary>
    public long Answered { get; private set; }

    /// <summary>What had come back when the window opened.</summary>
    public long Mark { get; set; }

    public long Started { get; private set; }
    public bool Open => Descriptor >= 0 && !Connecting;
    public long InFlight => Sent - Received;

    public void Begin(int descriptor, long serial)
    {
        Descriptor = descriptor;
        Connecting = true;
        WantsToWrite = true;
        Started = Clock.Now;
        _start = Pattern.StartOf(serial);
        Queued = Sent = Received = Answered = _stamped = Mark = 0;
    }

    public void Established() => Connecting = false;

    /// <summary>One more message is to be sent.</summary>
    public void Queue(int bytes, long now)
    {
        _stamps[_stamped++ & (_stamps.Length - 1)] = now;
        Queued += bytes;
    }

    /// <summary>What comes back is what that one sends.</summary>
    public void Hear(LoadConnection speaker)
    {
        _heard = speaker;
        _start = speaker._start;
    }

    /// <summary>One more message for all.</summary>
    public void Speak(int bytes, long now)
    {
        Started = now;
        Queued += bytes;
    }

    public void QueueBytes(int bytes) => Queued += bytes;

    /// <summary>The oldest message was answered: how long it took.</summary>
    public long Answer(long now) => now - _stamps[Answered++ & (_stamps.Length - 1)];

    /// <summary>Sends what is queued as far as it goes.</summary>
    public LoadFault? Send(Pattern pattern)
    {
        while (Sent < Queued)
        {
            long count = Math.Min(Queued - Sent, Pattern.LongestSlice);
            nint sent = Native.Send(Descriptor, pattern.At(_start + Sent), (nuint)count, Native.MessageNoSignal);
            if (sent < 0) return WouldBlock() ? null : LoadFault.Transport;
            Sent += sent;
        }
        return null;
    }

    /// <summary>Receives and compares once; 0 bytes when there is nothing.</summary>
    public LoadFault? Receive(Pattern pattern, byte* buffer, int capacity, out int count)
    {
        nint received = Native.Receive(Descriptor, buffer, (nuint)capacity, 0);
        count = (int)Math.Max(0, received);
        if (received == 0) return LoadFault.EndOfStream;
        if (received < 0) return WouldBlock() ? null : LoadFault.Transport;
        if (Received + received > (_heard ?? this).Sent) return LoadFault.UnaskedByte;
        if (!pattern.Matches(_start + Received, buffer, count)) return LoadFault.WrongByte;
        Received += received;
        return null;
    }

    public void Close()
    {
        if (Descriptor >= 0) _ = Native.Close(Descriptor);
        Descriptor = -1;
        Connecting = false;
    }

    private static bool WouldBlock() => Marshal.GetLastPInvokeError() is Native.WouldBlock or Native.Interrupted;
}
