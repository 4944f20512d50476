namespace RxGlisten.Testing;

/// <summary>Where times are on a picture.</summary>
internal sealed class TimeAxis(double left, double width, TimeSpan duration)
{
    private const double LeastStepPixels = 90; // room for a label
    private static readonly double[] s_steps = [1, 2, 5];
    private static readonly double[] s_sexagesimal = [1, 2, 5, 10, 15, 30];

    private readonly TimeSpan _duration = duration > TimeSpan.Zero ? duration : TimeSpan.FromMilliseconds(1);

    public double Left => left;

    public double Right => left + width;

    public double X(TimeSpan time) => left + (width * Math.Clamp(time / _duration, 0, 1));

    /// <summary>Round times, far enough apart for their labels.</summary>
    public IEnumerable<(double X, string Label)> Ticks()
    {
        var step = Step(_duration * (LeastStepPixels / width));
        for (var time = TimeSpan.Zero; time <= _duration; time += step)
            yield return (X(time), PictureText.Time(time, step));
    }

    private static TimeSpan Step(TimeSpan least)
    {
        for (var unit = TimeSpan.FromMicroseconds(1); unit < TimeSpan.FromSeconds(1); unit *= 10)
        {
            if (Round(unit, s_steps, least) is { } step)
                return step;
        }

        return Round(TimeSpan.FromSeconds(1), s_sexagesimal, least)
            ?? Round(TimeSpan.FromMinutes(1), s_sexagesimal, least)
            ?? Round(TimeSpan.FromHours(1), [1, 2, 6, 12, 24, 48, 168], least)
            ?? TimeSpan.FromDays(Math.Ceiling(least.TotalDays));
    }

    private static TimeSpan? Round(TimeSpan unit, double[] multiples, TimeSpan least)
    {
        foreach (var multiple in multiples)
        {
            if (unit * multiple >= least)
                return unit * multiple;
        }

        return null;
    }
}
