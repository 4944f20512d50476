using System.Diagnostics.Metrics;

namespace RxGlisten.Spec.Harness;

/// <summary>The meters of one server, and a listener of what they count.</summary>
internal sealed class MeterTap : IMeterFactory
{
    private readonly MeterListener _listener;

    /// <summary>Starts to listen; every count comes, with the name of its counter, inside the call that makes it.</summary>
    public MeterTap(Action<string, long> counted)
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, this))
                    self.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, _, _) => counted(instrument.Name, count));
        _listener.Start();
    }

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        return new Meter(options);
    }

    public void Dispose() => _listener.Dispose();
}
