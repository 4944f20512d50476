namespace RxGlisten;

/// <summary>Gives a transport memory to receive into, once there is something to receive: an idle connection holds none.</summary>
public interface IReceiveBuffer
{
    /// <summary>
    /// Called at most once a receive, when the connection is readable. The memory is the transport's until that receive ends.
    /// </summary>
    /// <param name="available">How many bytes are known to wait; 0 when that is not known.</param>
    /// <returns>At least a byte. It may be less than what waits: the rest is for the next receive.</returns>
    Memory<byte> GetMemory(int available);
}
