using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace RxGlisten.Spec.Connecting;

public sealed class ClientAddressSpec
{
    [TestCase("tcp://127.0.0.1:3000", "127.0.0.1", 3000)]
    [TestCase("tcp://[::1]:3000", "::1", 3000)]
    [TestCase("3000", "127.0.0.1", 3000)]
    public void An_ip_address_is_read(string address, string ip, int port) =>
        Assert.That(ClientAddress.Parse(address), Is.EqualTo(new IPEndPoint(IPAddress.Parse(ip), port)));

    [TestCase("tcp://example.org:80", "example.org", 80)]
    [TestCase("tcp://localhost:1", "localhost", 1)]
    [TestCase("tcp://1st.example:65535", "1st.example", 65535)]
    public void A_name_stays_one_so_that_it_is_looked_up_each_time(string address, string host, int port) =>
        Assert.That(ClientAddress.Parse(address), Is.EqualTo(new DnsEndPoint(host, port)));

    [TestCase("unix:/run/app.sock", "/run/app.sock")]
    [TestCase("unix:@app", "\0app")]
    public void A_unix_address_is_read(string address, string path) =>
        Assert.That(ClientAddress.Parse(address), Is.EqualTo(new UnixDomainSocketEndPoint(path)));

    [TestCase("tcp://*:3000", "* is every address of a server; write the one to connect to")]
    [TestCase("tcp://example.org:0", "port 0 asks for a free port")]
    [TestCase("tcp://127.0.0.1:0", "port 0 asks for a free port")]
    [TestCase("0", "port 0 asks for a free port")]
    [TestCase("tcp://exa mple:80", "'exa mple' is not a host name")]
    [TestCase("tcp://256.0.0.1:80", "'256.0.0.1' is not an IPv4 address")]
    [TestCase("example.org:80", "the scheme is missing")]
    [TestCase("tcp://example.org", "the port is missing")]
    [TestCase("unix:", "the unix path is empty")]
    public void Anything_else_is_refused_with_the_reason(string address, string reason)
    {
        var error = Assert.Throws<FormatException>(() => RxClient.Connect(address));
        Assert.That(error!.Message, Does.Contain($"'{address}'").And.Contain(reason).And.Contain("tcp://example.org:3000"));
        Assert.That(() => RxClient.Use(address, c => c.Inbound), Throws.InstanceOf<FormatException>());
    }
}
