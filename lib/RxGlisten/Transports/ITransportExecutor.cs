namespace RxGlisten;

/// <summary>
/// The thread (or threads) of a transport. Sockets run on the pool; a memory network runs everything on the thread that drives its scheduler.
/// </summary>
public interface ITransportExecutor
{
    /// <summary>Runs the work later, never inside this call, and in the order of the calls where the transport has one thread.</summary>
    /// <param name="work">What to run; it must not throw.</param>
    void Post(IThreadPoolWorkItem work);

    /// <summary>
    /// Runs the work now, from a place that is nobody's callback (a timer); a transport of one thread
    /// returns only when all that follows from it has happened too.
    /// </summary>
    /// <param name="work">What to run; it must not throw.</param>
    void Run(IThreadPoolWorkItem work);
}
