namespace RxGlisten;

/// <summary>An executor whose thread is many connections', so that what takes long is done beside it.</summary>
internal interface IHasThreadsAside
{
    /// <summary>Where it is done.</summary>
    ITransportExecutor Aside { get; }
}
