using System.Runtime.CompilerServices;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Spec.Outbound.Doubles;

/// <summary>Makes pieces on demand, all in the same memory, each filled with its number, and counts.</summary>
internal sealed class PieceProducer
{
    /// <summary>Pieces that were asked for.</summary>
    public int Asked { get; private set; }

    /// <summary>Enumerators that were disposed.</summary>
    public int Disposed { get; private set; }

    /// <summary>So many pieces, and then perhaps an error.</summary>
    public async IAsyncEnumerable<Bytes> Pieces(
        int count = int.MaxValue, int size = 1024, Exception? error = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var piece = new byte[size];
        try
        {
            for (var i = 0; i < count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                Asked++;
                piece.AsSpan().Fill((byte)i);
                yield return piece;
            }

            await Task.CompletedTask;
            if (error is not null)
                throw error;
        }
        finally
        {
            Disposed++;
        }
    }
}
