using System.Text;

namespace RxGlisten.Testing;

/// <summary>Events by the frame they fall into. Bytes that follow each other in a frame are one: on a stream nobody can tell.</summary>
internal static class MarbleFrames
{
    public static SortedList<long, string> Of(IEnumerable<MarbleEvent> events, TimeSpan frame)
    {
        var frames = new SortedList<long, string>();
        foreach (var together in events.GroupBy(happened => happened.Time.Ticks / frame.Ticks))
            frames.Add(together.Key, Text(together));
        return frames;
    }

    /// <summary>The first frame in which they differ; null where they are alike.</summary>
    public static long? FirstDifference(SortedList<long, string> expected, SortedList<long, string> actual)
    {
        foreach (var frame in expected.Keys.Union(actual.Keys).Order())
        {
            if (expected.GetValueOrDefault(frame) != actual.GetValueOrDefault(frame))
                return frame;
        }

        return null;
    }

    private static string Text(IEnumerable<MarbleEvent> events)
    {
        var items = new List<MarbleEvent>();
        foreach (var happened in events)
        {
            if (happened.Kind == MarbleEventKind.Bytes && items is [.., { Kind: MarbleEventKind.Bytes } last])
                items[^1] = last with { Data = (byte[])[.. last.Data.Span, .. happened.Data.Span] };
            else
                items.Add(happened);
        }

        var text = new StringBuilder().AppendJoin("", items);
        return items.Count == 1 ? text.ToString() : $"({text})";
    }
}
