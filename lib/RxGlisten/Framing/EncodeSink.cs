using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>One subscription to encoded frames: each is one element, so that nothing can come between its parts.</summary>
internal class EncodeSink<T>(IObserver<ReadOnlyMemory<byte>> observer, IFrameEncoder<T> encoder) : IObserver<T>, IDisposable
{
    private readonly SingleAssignmentDisposable _upstream = new();
    private readonly FrameWriter _writer = new();
    private readonly bool _copies = observer is not IByteSink { KeepsNothing: true };
    private bool _encoding;
    private bool _isOver;

    /// <summary>Subscribes the frames.</summary>
    public IDisposable Run(IObservable<T> frames)
    {
        _upstream.Disposable = frames.Subscribe(this);
        return this;
    }

    public void OnNext(T value)
    {
        if (_isOver)
            return;
        try
        {
            _encoding = true;
            encoder.Encode(value, _writer);
            _encoding = false;
            if (_writer.Written.IsEmpty)
                return;
            observer.OnNext(_copies ? ReceiveMemory.Copy(_writer.Written.Span) : _writer.Written);
        }
        catch (Exception e) when (_encoding) // the encoder's; what the observer throws is the caller's business
        {
            OnError(e);
            _upstream.Dispose();
        }
        finally
        {
            _writer.Clear();
        }
    }

    public void OnError(Exception error)
    {
        if (_isOver)
            return;
        _isOver = true;
        observer.OnError(error);
    }

    public void OnCompleted()
    {
        if (_isOver)
            return;
        _isOver = true;
        observer.OnCompleted();
    }

    public void Dispose() => _upstream.Dispose();
}
