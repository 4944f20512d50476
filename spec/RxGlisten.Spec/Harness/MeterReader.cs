using System.Diagnostics.Metrics;

namespace RxGlisten.Spec.Harness;

/// <summary>Makes the meter of one server, and adds up what it counts.</summary>
internal sealed class MeterReader : IMeterFactory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _counts = [];
    private readonly MeterListener _listener;

    public MeterReader()
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, this))
                    self.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) => Add(instrument.Name, count, tags));
        _listener.Start();
    }

    /// <summary>The sum of an instrument, or of one of its tags: "instrument" or "instrument/value".</summary>
    public long this[string name]
    {
        get
        {
            lock (_gate)
                return _counts.GetValueOrDefault(name);
        }
    }

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        return new Meter(options);
    }

    public void Dispose() => _listener.Dispose();

    private void Add(string name, long count, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            _counts[name] = _counts.GetValueOrDefault(name) + count;
            foreach (var (_, value) in tags)
                _counts[$"{name}/{value}"] = _counts.GetValueOrDefault($"{name}/{value}") + count;
        }
    }
}
