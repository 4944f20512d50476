namespace RxGlisten.Spec.Framing.Doubles;

/// <summary>Collects frames as a consumer that keeps them: they are read at the end, when nothing may have overwritten them.</summary>
internal class Collector<T>(Func<T, string> text) : IObserver<T>
{
    private readonly List<T> _frames = [];
    private string? _end;

    public Outcome Outcome => new([.. _frames.Select(text)], _end ?? "open");

    public virtual void OnNext(T value)
    {
        if (_end is not null)
            throw new InvalidOperationException("A frame came after the end.");
        _frames.Add(value);
    }

    public void OnError(Exception error) => End(Outcome.Of(error));

    public void OnCompleted() => End(Outcome.Completed);

    private void End(string end) => _end = _end is null ? end : throw new InvalidOperationException("There were two ends.");
}

/// <summary>Collects frames as a consumer that keeps none of their memory.</summary>
internal sealed class FrugalCollector() : Collector<ReadOnlyMemory<byte>>(frame => Outcome.Text(frame.Span)), IByteSink
{
    public bool KeepsNothing => true;

    public override void OnNext(ReadOnlyMemory<byte> value) => base.OnNext(value.ToArray());
}
