namespace RxGlisten;

/// <summary>A pulled sequence, as the sink that its elements arrive at sees it.</summary>
internal interface IPulled
{
    /// <summary>The queue that takes its elements; null for a connection of another make.</summary>
    void Feeds(SendQueue? queue);
}
