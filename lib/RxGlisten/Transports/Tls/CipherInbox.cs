using System.Buffers.Binary;

namespace RxGlisten;

/// <summary>
/// Ciphertext that was received and not decrypted: knows where its records end, and hands out one at a time. It holds memory only while there is something in it: a small
/// message takes a small buffer, and while the rest of a record is awaited no more than a record fits.
/// Used by one reader at a time.
/// </summary>
internal sealed class CipherInbox : ITakesMemoryBack
{
    private const int HeaderBytes = 5;
    private const int LargestPayload = 16384 + 2048; // RFC 5246; RFC 8446 allows less
    private const int SmallBytes = 4096;
    private const int RecordBytes = HeaderBytes + LargestPayload;
    private const int BulkBytes = 68 * 1024; // 64 KiB in full records

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _rest; // of the record that was handed out in part

    /// <summary>Whether a whole record can be handed out, or what can't be one, for the decryption to refuse.</summary>
    public bool HasRecord => Count > 0 && (IsBroken || Count >= NextBytes);

    /// <summary>Whether something can be handed out: in a handshake nobody waits for the whole of a record that may be anything.</summary>
    public bool HasSome => _rest > 0 ? Count > 0 : Count >= HeaderBytes;

    private int Count => _end - _start;

    /// <summary>What is at the front is no record.</summary>
    private bool IsBroken => _rest == 0 && Count >= HeaderBytes && RecordLength == 0;

    /// <summary>The bytes that complete the first record; more than there are as long as that is not known.</summary>
    private int NextBytes => _rest > 0 ? _rest : Count >= HeaderBytes ? RecordLength : HeaderBytes + 1;

    /// <summary>The length that the header at the front tells; 0 when that is no header.</summary>
    private int RecordLength
    {
        get
        {
            var header = _buffer.AsSpan(_start, HeaderBytes);
            var payload = BinaryPrimitives.ReadUInt16BigEndian(header[3..]);
            return header[0] is >= 20 and <= 24 && header[1] == 3 && payload <= LargestPayload ? HeaderBytes + payload : 0;
        }
    }

    /// <summary>Where to receive into, behind what is there.</summary>
    public Memory<byte> GetMemory(int available)
    {
        var wanted = available > 0 ? available : BulkBytes;
        if (_buffer.Length - _end < wanted)
            Move(Count + wanted > RecordBytes ? Math.Max(BulkBytes, Count + wanted) : Count + wanted <= SmallBytes ? SmallBytes : RecordBytes);
        return _buffer.AsMemory(_end);
    }

    public void TakeMemoryBack() => Trim();

    /// <summary>So many bytes were received.</summary>
    public void Add(int count) => _end += count;

    /// <summary>Hands out the first record, or as much of it as is there and fits; nothing of the next.</summary>
    public int Take(Span<byte> target)
    {
        if (_rest == 0)
            _rest = IsBroken ? Count : RecordLength;
        var count = Math.Min(Math.Min(_rest, Count), target.Length);
        _buffer.AsSpan(_start, count).CopyTo(target);
        _start += count;
        _rest -= count;
        return count;
    }

    /// <summary>Before a wait: gives back what is not needed meanwhile.</summary>
    public void Trim()
    {
        if (_buffer.Length == 0)
            return;
        if (Count == 0)
            Clear();
        else if (_buffer.Length >= BulkBytes)
            Move(RecordBytes);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        if (_buffer.Length > 0)
            ReceiveMemory.Return(_buffer);
        _buffer = [];
        _start = _end = 0;
    }

    private void Move(int bytes)
    {
        var count = Count;
        var moved = ReceiveMemory.Rent(Math.Max(bytes, count));
        _buffer.AsSpan(_start, count).CopyTo(moved);
        Clear();
        (_buffer, _end) = (moved, count);
    }
}
