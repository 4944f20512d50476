namespace RxGlisten.Spec.Transports;

/// <summary>A receive buffer that counts how often it was asked, and gives each receive memory of its own.</summary>
public sealed class TestBuffer(int size = 64 * 1024) : IReceiveBuffer
{
    private byte[] _memory = [];

    /// <summary>How often memory was asked for.</summary>
    public int Asks { get; private set; }

    /// <summary>How many bytes were said to wait, the last time.</summary>
    public int Available { get; private set; }

    public Memory<byte> GetMemory(int available)
    {
        Asks++;
        Available = available;
        _memory = new byte[Math.Max(size, available)];
        return _memory;
    }

    /// <summary>The first bytes of the memory given last.</summary>
    public byte[] Bytes(int count) => _memory[..count];
}
