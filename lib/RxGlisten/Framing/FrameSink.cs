using System.Diagnostics.CodeAnalysis;
using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>
/// One subscription to frames. A frame within one packet is decoded where it is; the beginning of one whose end has not arrived is copied, so that no
/// packet is kept. What was not decoded when its observer leaves is given back.
/// </summary>
/// <param name="observer">Who is told.</param>
/// <param name="decoder">Its state is this subscription's own.</param>
/// <param name="keepsNothing">Whether nobody downstream keeps the bytes of a frame.</param>
internal sealed class FrameSink<TDecoder, T>(IObserver<T> observer, TDecoder decoder, bool keepsNothing) : IByteSink, IGivesBack, IDisposable
    where TDecoder : IPacketDecoder<T>
{
    private const int SmallestStep = 256;

    private readonly SingleAssignmentDisposable _upstream = new();
    private TDecoder _decoder = decoder;
    private PartialFrame _partial;
    private ReadOnlyMemory<byte> _unused; // what came when, or is behind the frame at which, the observer left
    private int _needed;                  // bytes of the frame under way before which the decoder is not asked again; 0 where it is not known
    private bool _decoding;
    private bool _isOver;
    private volatile bool _isDisposed;

    public bool KeepsNothing { get; } = keepsNothing;

    /// <summary>Subscribes the bytes.</summary>
    public IDisposable Run(IObservable<ReadOnlyMemory<byte>> bytes)
    {
        _upstream.Disposable = bytes.Subscribe(this);
        return this;
    }

    public void OnNext(ReadOnlyMemory<byte> value)
    {
        if (_isOver || value.IsEmpty)
            return;
        try
        {
            if (_partial.Length == 0 || TryFinishPartial(ref value))
                DecodeAll(value);
        }
        catch (Exception e) when (_decoding) // the decoder's; what the observer throws is the caller's business
        {
            Fail(e);
        }
    }

    public void OnError(Exception error)
    {
        if (_isOver || _isDisposed)
            return;
        Fail(error);
    }

    public void OnCompleted()
    {
        if (_isOver || _isDisposed)
            return;
        if (_partial.Length > 0)
        {
            Fail(new TruncatedFrameException(_partial.Length));
            return;
        }

        _isOver = true;
        observer.OnCompleted();
        _upstream.Dispose();
    }

    public void Dispose()
    {
        // In this order: a call that finds this disposed is then the last one, and what it leaves unused is taken at its end.
        _upstream.Dispose();
        _isDisposed = true;
    }

    public ReadOnlyMemory<byte> GiveBack()
    {
        var unused = _unused;
        _unused = default;
        if (_partial.Length > 0)
        {
            unused = (byte[])[.. _partial.Bytes.Span, .. unused.Span];
            _partial.Release();
        }

        return unused;
    }

    private void DecodeAll(ReadOnlyMemory<byte> packet)
    {
        var bytes = packet.Span;
        for (var at = 0; at < bytes.Length;)
        {
            if (_isDisposed)
            {
                _unused = packet[at..];
                return;
            }

            if (!TryDecode(packet, at, bytes[at..], out var frame, out var length))
            {
                _needed = length;
                _partial.Append(bytes[at..], length);
                return;
            }

            at += length;
            observer.OnNext(frame);
        }
    }

    /// <summary>Brings the frame that began in earlier packets to its end, and leaves what is behind it.</summary>
    /// <returns>Whether its end is there.</returns>
    private bool TryFinishPartial(ref ReadOnlyMemory<byte> bytes)
    {
        if (_isDisposed)
        {
            _unused = bytes;
            return false;
        }

        var before = _partial.Length;
        var taken = 0;
        T? frame;
        do
        {
            if (taken == bytes.Length)
                return false;
            // Where the length is not known, not all at once: a packet may be much longer than what is missing.
            var missing = _needed > _partial.Length ? _needed - _partial.Length : Math.Max(_partial.Length, SmallestStep);
            var step = bytes.Span[taken..];
            step = step[..Math.Min(missing, step.Length)];
            _partial.Append(step, _needed);
            taken += step.Length;
        }
        while (_partial.Length < _needed || !TryDecode(_partial.Bytes, 0, _partial.Bytes.Span, out frame, out _needed));

        var length = _needed;
        _needed = 0;
        bytes = length >= before
            ? bytes[(length - before)..]
            : (byte[])[.. _partial.Bytes.Span[length..before], .. bytes.Span]; // the decoder had looked at bytes behind the frame
        Emit(frame, _partial.Take());
        return true;
    }

    /// <summary>Hands on a frame that may refer to a rented buffer.</summary>
    private void Emit(T frame, byte[] buffer)
    {
        if (KeepsNothing)
        {
            observer.OnNext(frame);
            ReceiveMemory.Return(buffer);
            return;
        }

        // Of any other type nobody knows what it refers to: then the buffer becomes memory that lasts.
        if (frame is ReadOnlyMemory<byte> bytes)
        {
            frame = (T)(object)ReceiveMemory.Copy(bytes.Span);
            ReceiveMemory.Return(buffer);
        }

        observer.OnNext(frame);
    }

    private bool TryDecode(ReadOnlyMemory<byte> packet, int at, ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out T frame, out int length)
    {
        _decoding = true;
        var isFrame = _decoder.TryDecode(packet, at, bytes, out frame, out length);
        _decoding = false;
        return isFrame;
    }

    private void Fail(Exception error)
    {
        _isOver = true;
        _partial.Release();
        observer.OnError(error);
        _upstream.Dispose();
    }
}
