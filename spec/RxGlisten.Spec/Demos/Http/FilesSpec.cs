using System.Net;
using System.Reactive.Concurrency;
using NUnit.Framework;
using RxGlisten.Demos.Http;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Demos.Http;

/// <summary>Files, asked for by .NET's own client.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FilesSpec : IAsyncDisposable
{
    private const int BigBytes = 2_000_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rxglisten-spec-");
    private readonly byte[] _big = new byte[BigBytes];
    private readonly Reach _reach = Reach.TcpV4();
    private readonly TestServer _server;
    private readonly HttpClient _client;

    public FilesSpec()
    {
        new Random(2).NextBytes(_big);
        var served = _folder.CreateSubdirectory("served");
        File.WriteAllText(Path.Combine(_folder.FullName, "secret.txt"), "secret");
        File.WriteAllText(Path.Combine(_folder.FullName, "served-not.txt"), "secret");
        File.WriteAllText(Path.Combine(served.FullName, "a b.txt"), "0123456789");
        File.WriteAllText(Path.Combine(served.FullName, "empty.html"), "");
        File.WriteAllBytes(Path.Combine(served.FullName, "big"), _big);
        served.CreateSubdirectory("sub");
        _server = new TestServer(_reach, serve: listener => HttpService.Serve(listener, served.FullName, new HttpLimits(), Scheduler.Default).Probe());
        _client = new HttpClient { BaseAddress = new Uri($"http://{_server.Listener.LocalEndPoint}/files/") };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _reach.Dispose();
        _folder.Delete(recursive: true);
    }

    [TestCase("a%20b.txt", "text/plain; charset=utf-8", 10)]
    [TestCase("empty.html", "text/html; charset=utf-8", 0)]
    [TestCase("big", "application/octet-stream", BigBytes)]
    public async Task A_file_comes_whole_and_says_what_it_is(string path, string type, int length)
    {
        for (var i = 0; i < 3; i++)
        {
            using var response = await _client.GetAsync(path).Soon();
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That((response.Content.Headers.ContentType!.ToString(), response.Content.Headers.ContentLength), Is.EqualTo((type, (long)length)));
            Assert.That((await response.Content.ReadAsByteArrayAsync().Soon()).Length, Is.EqualTo(length));
        }

        Assert.That(_server.Listener.Connections, Has.Count.EqualTo(1), "it was kept alive");
    }

    [TestCase("0-3", 0, 4)]
    [TestCase("5-", 5, BigBytes - 5)]
    [TestCase("-7", BigBytes - 7, 7)]
    [TestCase("1999999-99999999999999999999", BigBytes - 1, 1)]
    [TestCase("-99999999999999999999", 0, BigBytes)]
    [TestCase("100000-1099999", 100_000, 1_000_000)]
    public async Task A_range_gives_that_part(string range, int from, int length)
    {
        using var response = await GetAsync("big", ("Range", $"bytes={range}"));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.PartialContent));
        Assert.That(response.Content.Headers.ContentRange!.ToString(), Is.EqualTo($"bytes {from}-{from + length - 1}/{BigBytes}"));
        Assert.That(await response.Content.ReadAsByteArrayAsync().Soon(), Is.EqualTo(_big[from..(from + length)]));
    }

    [TestCase("big", "bytes=2000000-")]
    [TestCase("big", "bytes=-0")]
    [TestCase("empty.html", "bytes=0-0")]
    [TestCase("empty.html", "bytes=-5")]
    public async Task A_range_without_bytes_is_416(string path, string range)
    {
        using var response = await GetAsync(path, ("Range", range));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.RequestedRangeNotSatisfiable));
        Assert.That(response.Content.Headers.ContentRange!.Length, Is.EqualTo(path == "big" ? BigBytes : 0));
    }

    [TestCase("bytes=3-2")]
    [TestCase("bytes=0-1,5-6")]
    [TestCase("lines=0-1")]
    [TestCase("bytes=a-b")]
    [TestCase("bytes=-")]
    [TestCase("bytes=+1-2")]
    public async Task A_range_that_is_none_is_not_looked_at(string range)
    {
        using var response = await GetAsync("a%20b.txt", ("Range", range));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await response.Content.ReadAsStringAsync().Soon(), Is.EqualTo("0123456789"));
    }

    [Test]
    public async Task What_the_client_has_is_not_sent_again_and_a_range_of_another_version_is_sent_whole()
    {
        using var first = await GetAsync("a%20b.txt");
        var (tag, modified) = (first.Headers.ETag!.ToString(), first.Content.Headers.LastModified!.Value.ToString("r"));
        Assert.That(await StatusAsync(("If-None-Match", $"\"other\", {tag}")), Is.EqualTo(HttpStatusCode.NotModified));
        Assert.That(await StatusAsync(("If-None-Match", "\"other\"")), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync(("If-Modified-Since", modified)), Is.EqualTo(HttpStatusCode.NotModified));
        Assert.That(await StatusAsync(("If-None-Match", "\"other\""), ("If-Modified-Since", modified)), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync(("Range", "bytes=0-1"), ("If-Range", tag)), Is.EqualTo(HttpStatusCode.PartialContent));
        Assert.That(await StatusAsync(("Range", "bytes=0-1"), ("If-Range", modified)), Is.EqualTo(HttpStatusCode.PartialContent));
        Assert.That(await StatusAsync(("Range", "bytes=0-1"), ("If-Range", "\"other\"")), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_HEAD_says_the_length_and_sends_nothing()
    {
        using var response = await _client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "big")).Soon();
        Assert.That(response.Content.Headers.ContentLength, Is.EqualTo(BigBytes));
        Assert.That(response.Headers.AcceptRanges, Does.Contain("bytes"));
    }

    [TestCase("nothing")]
    [TestCase("sub")]
    [TestCase("")]
    [TestCase("..%2fsecret.txt")]
    [TestCase("%2e%2e/secret.txt")]
    [TestCase("sub/..%2f..%2fsecret.txt")]
    [TestCase("..%2fserved-not.txt")]
    [TestCase("%2fetc/passwd")]
    [TestCase("a%00b")]
    [TestCase("..%5csecret.txt")]
    public async Task What_is_not_below_the_folder_is_404(string path)
    {
        var peer = await _server.ConnectAsync();
        await peer.SendAsync(System.Text.Encoding.ASCII.GetBytes($"GET /files/{path} HTTP/1.1\r\nHost: a\r\n\r\n")).Soon();
        var received = await peer.ReceiveAsync().Soon();
        Assert.That(System.Text.Encoding.ASCII.GetString(received.Bytes), Does.StartWith("HTTP/1.1 404 "));
    }

    [TestCase("served/", "a%20b.txt", 200)]
    [TestCase("served/", "..%2fserved-not.txt", 404)]
    [TestCase("served/../served//", "a%20b.txt", 200)]
    [TestCase("", "served/a%20b.txt", 200)]
    public async Task A_folder_may_end_with_a_slash(string folder, string path, int status) =>
        Assert.That(await StatusInAsync(Path.Combine(_folder.FullName, folder), path), Is.EqualTo(status));

    [Test]
    public async Task The_folder_may_be_the_root() =>
        Assert.That(await StatusInAsync("/", $"{_folder.FullName[1..]}/served/a%20b.txt"), Is.EqualTo(200));

    /// <summary>The status of a file of a server with this folder.</summary>
    private async Task<int> StatusInAsync(string folder, string path)
    {
        await using var server = new TestServer(_reach, serve: listener => HttpService.Serve(listener, folder, new HttpLimits(), Scheduler.Default).Probe());
        using var response = await _client.GetAsync($"http://{server.Listener.LocalEndPoint}/files/{path}").Soon();
        return (int)response.StatusCode;
    }

    private async Task<HttpStatusCode> StatusAsync(params (string Name, string Value)[] fields)
    {
        using var response = await GetAsync("a%20b.txt", fields);
        return response.StatusCode;
    }

    private Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in fields)
            request.Headers.TryAddWithoutValidation(name, value);
        return _client.SendAsync(request).Soon();
    }
}
