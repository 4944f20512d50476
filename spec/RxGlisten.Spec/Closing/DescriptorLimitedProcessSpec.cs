using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Reflection;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Closing;

/// <summary>A server in a process that may open few descriptors.</summary>
[Platform("Linux")]
public sealed class DescriptorLimitedProcessSpec
{
    [Test]
    public async Task With_128_descriptors_it_lives_and_serves_500_clients_in_turns()
    {
        var path = typeof(DescriptorLimitedProcessSpec).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "EchoPath").Value;
        using var echo = Process.Start(new ProcessStartInfo("bash", ["-c", $"ulimit -n 128; exec dotnet '{path}' --listen tcp://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
        })!; // UseShellExecute is off, so a process is started
        try
        {
            var greeting = await echo.StandardOutput.ReadLineAsync().Soon();
            Assert.That(greeting, Does.StartWith("listening on tcp://127.0.0.1:"));
            var endpoint = IPEndPoint.Parse(greeting!["listening on tcp://".Length..]); // it has just been looked at
            var served = 0;
            await Task.WhenAll(Enumerable.Range(0, 500).Select(async client =>
            {
                using var peer = await SocketPeer.ConnectAsync(endpoint);
                var sent = System.Text.Encoding.ASCII.GetBytes(client.ToString(CultureInfo.InvariantCulture));
                await peer.SendAsync(sent);
                peer.FinishSending();
                var read = await peer.ReadToEndAsync();
                Assert.That(read.Bytes, Is.EqualTo(sent));
                Interlocked.Increment(ref served);
            })).WaitAsync(TimeSpan.FromSeconds(60));
            Assert.That((served, echo.HasExited), Is.EqualTo((500, false)));
        }
        finally
        {
            echo.Kill();
            await echo.WaitForExitAsync().Soon();
        }
    }
}
