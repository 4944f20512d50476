using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace RxGlisten.Benchmarks.Load;

/// <summary>One connection of the load over TLS, or, with churn, one after the other.</summary>
internal sealed class TlsLoadConnection(LoadOptions options, LoadWindow window, Pattern pattern, int number) : IDisposable
{
    private const int IpBindAddressNoPort = 24;
    private const int Sources = 240;

    private readonly byte[] _out = new byte[options.MessageBytes];
    private readonly byte[] _in = new byte[Math.Max(options.MessageBytes, 16 * 1024)];
    private SslStream? _stream;
    private long _serial = number;
    private long _start;
    private long _sent;
    private long _received;

    public LatencyHistogram Latencies { get; } = new();

    public long Messages { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>What went wrong first, while the window was not over.</summary>
    public LoadFault? Fault { get; private set; }

    public async Task OpenAsync()
    {
        // As the plain load: the source wanders, so that connections in TIME_WAIT don't use up the ports of one address.
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.SetRawSocketOption(0, IpBindAddressNoPort, BitConverter.GetBytes(1));
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(2 + (_serial % Sources))]), 0));
        await socket.ConnectAsync(IPAddress.Loopback, int.Parse(options.Target, CultureInfo.InvariantCulture));
        _stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await _stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            AllowTlsResume = false, // full handshakes are what is compared
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost", // made up a moment ago
        });
        _start = Pattern.StartOf(_serial);
        _sent = _received = 0;
        _serial += options.Connections;
    }

    public Task PingPongAsync() => GuardAsync(async stream =>
    {
        while (!window.Over) await ExchangeAsync(stream, Clock.Now);
    });

    public Task StreamAsync() => GuardAsync(async stream =>
    {
        using SemaphoreSlim room = new(options.WindowBytes / options.MessageBytes);
        Task writing = WriteAsync(stream, room);
        while (!window.Over)
        {
            int count = await ReceiveAsync(stream, _in);
            if (window.Measuring)
            {
                Messages++;
                Bytes += count;
            }
            int whole = (int)((_received / options.MessageBytes) - ((_received - count) / options.MessageBytes));
            if (whole > 0) room.Release(whole);
        }
        room.Release();
        stream.Close(); // ends a write that waits
        await writing;
    });

    public async Task ChurnAsync()
    {
        while (!window.Over && Fault is null)
        {
            long begun = Clock.Now;
            try
            {
                await OpenAsync();
            }
            catch (Exception error) when (error is IOException or SocketException or System.Security.Authentication.AuthenticationException)
            {
                if (!window.Over) Fault = LoadFault.Connect;
                return;
            }
            await GuardAsync(stream => ExchangeAsync(stream, begun));
            Dispose();
        }
    }

    public void Dispose() => _stream?.Dispose();

    private async Task ExchangeAsync(SslStream stream, long begun)
    {
        Fill();
        await stream.WriteAsync(_out);
        for (int count = 0; count < options.MessageBytes;) count += await ReceiveAsync(stream, _in.AsMemory(0, options.MessageBytes - count));
        if (!window.Measuring) return;
        Messages++;
        Bytes += options.MessageBytes;
        Latencies.Add(Clock.Now - begun);
    }

    private async Task WriteAsync(SslStream stream, SemaphoreSlim room)
    {
        try
        {
            while (!window.Over)
            {
                await room.WaitAsync();
                Fill();
                await stream.WriteAsync(_out);
            }
        }
        catch (Exception error) when (window.Over && error is IOException or ObjectDisposedException)
        {
            // The reader has ended the measurement and closed.
        }
    }

    private unsafe void Fill()
    {
        new ReadOnlySpan<byte>(pattern.At(_start + _sent), _out.Length).CopyTo(_out);
        _sent += _out.Length;
    }

    private async ValueTask<int> ReceiveAsync(SslStream stream, Memory<byte> memory)
    {
        int count = await stream.ReadAsync(memory);
        if (count == 0) throw new LoadException(LoadFault.EndOfStream);
        if (_received + count > _sent) throw new LoadException(LoadFault.UnaskedByte);
        if (!Matches(memory.Span[..count])) throw new LoadException(LoadFault.WrongByte);
        _received += count;
        return count;
    }

    private unsafe bool Matches(ReadOnlySpan<byte> received) =>
        new ReadOnlySpan<byte>(pattern.At(_start + _received), received.Length).SequenceEqual(received);

    private async Task GuardAsync(Func<SslStream, Task> work)
    {
        if (_stream is null) return; // connecting failed, and was counted
        try
        {
            await work(_stream);
        }
        catch (LoadException error)
        {
            if (!window.Over) Fault = error.Fault;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            if (!window.Over) Fault = LoadFault.Transport;
        }
    }
}
