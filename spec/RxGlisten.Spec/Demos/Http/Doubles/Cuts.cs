namespace RxGlisten.Spec.Demos.Http.Doubles;

/// <summary>Ways to cut some bytes into packets.</summary>
internal static class Cuts
{
    /// <summary>Whole, byte by byte, in two at every place, and some at random.</summary>
    public static IEnumerable<int[]> Of(int length, int random = 20)
    {
        var dice = new Random(length);
        yield return [];
        yield return [.. Enumerable.Range(1, length - 1)];
        for (var cut = 1; cut < length; cut++)
            yield return [cut];
        for (var i = 0; i < random; i++)
            yield return [.. Enumerable.Range(1, length - 1).Where(_ => dice.Next(8) == 0)];
    }
}
