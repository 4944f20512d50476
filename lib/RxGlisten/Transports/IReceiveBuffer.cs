namespace RxGlisten;

/// <summary>Gives a transport memory to receive into, once there is something to receive: an idle connection holds none.</summary>
public interface IReceiveBuffer
{
    /// <summary>
    /// Called at most once a receive, when the connection is readable. The memory is the transport's until that receive ends.
    /// </summary>
    /// <param name="available">How many bytes are known to wait (all of them will be written); 0 when that is not known.</param>
    /// <returns>At least <paramref name="available"/> bytes, and never none.</returns>
    Memory<byte> GetMemory(int available);
}
