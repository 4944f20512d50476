using System.Reactive.Disposables;
using System.Security.Cryptography;
using System.Text;

namespace RxGlisten;

/// <summary>
/// Reads files again from time to time, and says when they hold something else. It compares what is in them: links that are swapped, files that are replaced by others of
/// the same age, and file systems that tell nobody of changes are all the same to it. Where the transport's thread is that of its connections too it reads beside it.
/// </summary>
internal sealed class FileWatch(Clock clock, ITransportExecutor executor, TimeSpan interval)
{
    private readonly ITransportExecutor _executor = (executor as IHasThreadsAside)?.Aside ?? executor;

    /// <summary>A digest of what files hold.</summary>
    public static byte[] PrintOf(CertificateInput[] inputs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var input in inputs)
        {
            hash.AppendData(BitConverter.GetBytes(input.Bytes.Length));
            hash.AppendData(input.Bytes);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Watches some files.</summary>
    /// <param name="read">Reads them.</param>
    /// <param name="changed">Given what they hold now, when it is something else than the last time. What it throws is a failure.</param>
    /// <param name="failed">Told once of each failure: the same files are not tried again, unless what is wrong with them is that they are early.</param>
    /// <param name="print">The digest of what they held at first.</param>
    /// <returns>Ends it.</returns>
    public IDisposable Add(Func<CertificateInput[]> read, Action<CertificateInput[]> changed, Action<Exception> failed, byte[] print)
    {
        var look = new Look(this, read, changed, failed, print);
        look.Arm();
        return look;
    }

    private sealed class Look(
        FileWatch watch, Func<CertificateInput[]> read, Action<CertificateInput[]> changed, Action<Exception> failed, byte[] print)
        : IThreadPoolWorkItem, IDisposable
    {
        private readonly SerialDisposable _timer = new();
        private byte[] _print = print;
        private bool _isEarly; // what was read last is to be tried again

        public void Arm()
        {
            // In its place before it can fire, so that a timer that fires at once is not put over its successor.
            var timer = new SingleAssignmentDisposable();
            _timer.Disposable = timer;
            timer.Disposable = watch.Schedule(this);
        }

        public void Execute()
        {
            try
            {
                Read();
            }
            catch (Exception e)
            {
                failed(e);
            }

            if (!_timer.IsDisposed)
                Arm();
        }

        public void Dispose() => _timer.Dispose();

        private void Read()
        {
            CertificateInput[] inputs;
            try
            {
                inputs = read();
            }
            catch (TlsCertificateException e)
            {
                // In the middle of a swap, perhaps; said once, as long as it stays the same.
                if (IsNews(SHA256.HashData(Encoding.UTF8.GetBytes(e.Message))))
                    throw;
                return;
            }

            var isNews = IsNews(PrintOf(inputs));
            if (!isNews && !_isEarly)
                return;
            _isEarly = false;
            try
            {
                changed(inputs);
            }
            catch (TlsCertificateException e) when (e.IsNotValidYet)
            {
                _isEarly = true;
                if (isNews)
                    throw;
            }
        }

        private bool IsNews(byte[] now)
        {
            if (now.AsSpan().SequenceEqual(_print))
                return false;
            _print = now;
            return true;
        }
    }

    private IDisposable Schedule(IThreadPoolWorkItem look) => clock.After(interval, _executor, look);
}
