namespace RxGlisten.Benchmarks.Running;

/// <summary>A measurement that can't be trusted, with what was wrong.</summary>
internal sealed class MeasurementException(string message) : Exception(message);
