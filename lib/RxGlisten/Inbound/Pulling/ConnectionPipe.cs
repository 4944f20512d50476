using System.IO.Pipelines;

namespace RxGlisten;

/// <summary>A connection as two pipes.</summary>
internal sealed class ConnectionPipe(PipeReader input, PipeWriter output) : IDuplexPipe
{
    public PipeReader Input => input;

    public PipeWriter Output => output;
}
