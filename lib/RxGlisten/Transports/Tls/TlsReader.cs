using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// Decrypts what is in the inbox, and says when more is needed. Where a record may be none of the peer's bytes (a session ticket, a key update) it is decrypted with a read
/// for nothing first, which may be left waiting for the next record while what was read before is delivered. Guarded by the connection's lock of reading.
/// </summary>
internal sealed class TlsReader(SslStream ssl, CipherStream stream, CipherInbox inbox)
{
    private ValueTask<int> _read;
    private bool _isReading;   // _read was begun and its result not taken
    private bool _isProbe;     // ... and is one for nothing
    private bool _expectsData; // the last record had some, and so the next will
    private Left _left;
    private Transfer? _result; // of every receive from now on
    private SocketError? _end; // what the transport ended with

    /// <summary>Decrypted bytes that the last read had no room for.</summary>
    private enum Left
    {
        None,
        Perhaps,
        Some,
    }

    /// <summary>The transport has no more: what is in the inbox is the last.</summary>
    public void End(SocketError error) => _end ??= error;

    /// <summary>TLS is broken: the bytes so far are the last.</summary>
    public Transfer Fail(in Progress reading)
    {
        var failed = new Transfer(0, SocketError.ConnectionAborted);
        _result ??= failed;
        return reading.Count > 0 ? reading.Result : failed;
    }

    /// <summary>Goes on with a receive.</summary>
    /// <returns>Its result; null when the inbox has to be filled for it.</returns>
    public Transfer? Read(ref Progress reading)
    {
        while (true)
        {
            if (reading.Count > 0 && reading.Count == reading.Memory.Length)
                return reading.Result;
            if (_isReading)
            {
                if (!inbox.HasRecord)
                    return Wait(reading);
                stream.Feed();
            }
            else
            {
                if (_result is not null)
                    return reading.Count > 0 ? reading.Result : _result;
                if (_left == Left.None && !inbox.HasRecord)
                    return Wait(reading);
                if (!TryBegin(ref reading))
                    return new Transfer(0, SocketError.NoBufferSpaceAvailable); // no memory must not look like a FIN
            }

            if (!_read.IsCompleted)
            {
                _expectsData = false;
                _left = Left.None;
                return Wait(reading);
            }

            Complete(ref reading);
        }
    }

    [SuppressMessage("Reliability", "CA2012", Justification = "It may be left waiting from one receive to the next; Complete takes its result, once.")]
    private bool TryBegin(ref Progress reading)
    {
        _isProbe = _left != Left.Some && (reading.Count > 0 || !_expectsData || (_left == Left.Perhaps && !inbox.HasRecord));
        if (!_isProbe && reading.Memory.IsEmpty)
        {
            reading.Memory = reading.Buffer.GetMemory(0);
            if (reading.Memory.IsEmpty)
                return false;
        }

        _read = ssl.ReadAsync(_isProbe ? default : reading.Memory[reading.Count..]);
        _isReading = true;
        return true;
    }

    private void Complete(ref Progress reading)
    {
        _isReading = false;
        var count = _read.GetAwaiter().GetResult();
        if (_isProbe)
        {
            _left = Left.Some; // or it is the end, which the read that follows will say
            return;
        }

        if (count == 0)
        {
            _result = default(Transfer); // close_notify
            return;
        }

        reading.Count += count;
        _expectsData = true;
        _left = reading.Count == reading.Memory.Length ? Left.Perhaps : Left.None;
    }

    private Transfer? Wait(in Progress reading)
    {
        if (reading.Count > 0)
            return reading.Result;
        return _end switch
        {
            null => null,
            SocketError.Success => new Transfer(0, SocketError.Disconnecting), // a FIN, and no close_notify before it
            { } error => new Transfer(0, error),
        };
    }

    /// <summary>How far a receive has come.</summary>
    internal struct Progress(IReceiveBuffer buffer)
    {
        /// <summary>Whose receive it is.</summary>
        public readonly IReceiveBuffer Buffer => buffer;

        /// <summary>What it gave; empty until it is asked.</summary>
        public Memory<byte> Memory { get; set; }

        /// <summary>How many bytes of it are filled.</summary>
        public int Count { get; set; }

        /// <summary>What was received so far.</summary>
        public readonly Transfer Result => new(Count, SocketError.Success);
    }
}
