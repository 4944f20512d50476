using System.Diagnostics.Metrics;

namespace RxGlisten.Spec.Harness;

/// <summary>The meters of one server, and a listener of what they count.</summary>
internal sealed class MeterTap : IMeterFactory
{
    private readonly MeterListener _listener;

    /// <summary>Starts to listen; every count comes, with the name of its counter, inside the call that makes it.</summary>
    public MeterTap(Action<string, long> counted)
        : this((counter, count, _) => counted(counter, count))
    {
    }

    /// <summary>... and with its first tag, where there is one.</summary>
    public MeterTap(Action<string, long, object?> counted)
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, this))
                    self.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) => counted(instrument.Name, count, tags.Length > 0 ? tags[0].Value : null));
        _listener.Start();
    }

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        return new Meter(options);
    }

    public void Dispose() => _listener.Dispose();
}
