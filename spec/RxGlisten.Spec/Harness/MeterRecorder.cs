using System.Diagnostics.Metrics;

namespace RxGlisten.Spec.Harness;

/// <summary>A meter factory of a spec's own, and what is counted in its meters: by instrument, and by tag where there is one.</summary>
internal sealed class MeterRecorder : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _counts = [];

    public MeterRecorder()
    {
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, this))
                self.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) =>
        {
            var name = tags.Length > 0 ? $"{instrument.Name}/{tags[0].Value}" : instrument.Name;
            lock (_counts)
                _counts[name] = _counts.GetValueOrDefault(name) + count;
        });
        _listener.Start();
    }

    public IReadOnlyDictionary<string, long> Counts
    {
        get
        {
            lock (_counts)
                return new Dictionary<string, long>(_counts);
        }
    }

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        return new Meter(options);
    }

    public void Dispose() => _listener.Dispose();
}
