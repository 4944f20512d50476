namespace RxGlisten;

/// <summary>A pulled sequence, as the sink that its elements arrive at sees it.</summary>
internal interface IPulled
{
    /// <summary>The element that is being handed on has reached this one. Inside the pull's call of its observer.</summary>
    void Reaches(IPullTaker taker);
}
