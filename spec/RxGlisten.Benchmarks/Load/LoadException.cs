namespace RxGlisten.Benchmarks.Load;

/// <summary>Ends a connection of the load, for what was wrong with it.</summary>
internal sealed class LoadException(LoadFault fault) : Exception(fault.ToString())
{
    public LoadFault Fault => fault;
}
