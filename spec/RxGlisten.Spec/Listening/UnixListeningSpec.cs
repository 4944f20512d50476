using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace RxGlisten.Spec.Listening;

[Platform(Exclude = "Win")]
public sealed class UnixListeningSpec
{
    private string _folder = "";

    private string SocketPath => Path.Combine(_folder, "app.sock");

    private UnixDomainSocketEndPoint EndPoint => new(SocketPath);

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("rxg").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_path_takes_connections_and_is_removed_by_the_close()
    {
        var server = ListeningSocket.Open(EndPoint, Settings.Default);
        using (Socket client = Connect(EndPoint))
        using (Socket accepted = server.Socket.Accept())
            Assert.That(accepted.LocalEndPoint, Is.EqualTo(EndPoint));

        Assert.That(server.LocalEndPoint, Is.EqualTo(EndPoint));
        Assert.That(File.Exists(SocketPath), "an accepted socket's close leaves the file alone");
        server.Dispose();
        server.Dispose();
        Assert.That(Path.Exists(SocketPath), Is.False);
    }

    [Test]
    public void A_stale_socket_is_replaced()
    {
        LeaveStaleSocket();
        using var server = ListeningSocket.Open(EndPoint, Settings.Default);
        using Socket client = Connect(EndPoint);
        Assert.That(client.Connected);
    }

    [Test]
    public void A_live_socket_is_refused_and_goes_on_living()
    {
        using var first = ListeningSocket.Open(EndPoint, Settings.Default);
        ListenException error = Refused();
        Assert.That(error.SocketError, Is.EqualTo(SocketError.AddressAlreadyInUse));
        Assert.That(error.EndPoint, Is.EqualTo(EndPoint));
        Assert.That(error.Message, Does.Contain($"unix:{SocketPath}").And.Contain("a server listens there"));
        using Socket client = Connect(EndPoint);
        using Socket accepted = first.Socket.Accept();
        Assert.That(first.Socket.Poll(0, SelectMode.SelectRead), Is.False, "looking at it left no connection behind");
    }

    [Test]
    public void A_live_socket_with_a_full_backlog_is_refused_at_once()
    {
        using var first = ListeningSocket.Open(EndPoint, Settings.Default with { Backlog = 1 });
        var waiting = new List<Socket>();
        try
        {
            while (true)
            {
                var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
                waiting.Add(client);
                client.Connect(EndPoint);
            }
        }
        catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock)
        {
            Assert.That(Refused().SocketError, Is.EqualTo(SocketError.AddressAlreadyInUse));
        }
        finally
        {
            waiting.ForEach(client => client.Dispose());
        }
    }

    [TestCase(SocketType.Stream)]
    [TestCase(SocketType.Dgram)]
    public void A_socket_that_is_bound_but_does_not_listen_is_refused(SocketType type)
    {
        using var bound = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        bound.Bind(EndPoint);
        Assert.That(Refused().SocketError, Is.EqualTo(SocketError.AddressAlreadyInUse));
        Assert.That(File.Exists(SocketPath));
    }

    [TestCase("precious")]
    [TestCase("")]
    public void A_regular_file_is_refused_and_left_alone(string content)
    {
        File.WriteAllText(SocketPath, content);
        AssertLeftAlone();
        Assert.That(File.ReadAllText(SocketPath), Is.EqualTo(content));
    }

    [Test]
    public void A_file_that_another_holds_locked_is_left_alone()
    {
        using FileStream locked = new(SocketPath, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        AssertLeftAlone();
    }

    [Test]
    public void A_directory_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(SocketPath);
        AssertLeftAlone();
        Assert.That(Directory.Exists(SocketPath));
    }

    [Test]
    public void A_fifo_is_refused_and_left_alone_without_waiting_for_its_other_end()
    {
        Run("mkfifo", SocketPath);
        AssertLeftAlone();
    }

    [TestCase("c")]
    [TestCase("b")]
    public void A_device_without_a_driver_is_refused_and_left_alone(string type)
    {
        if (!Environment.IsPrivilegedProcess || TryRun("mknod", SocketPath, type, "250", "7") != 0) Assert.Ignore("devices can't be made here");
        AssertLeftAlone();
    }

    [TestCase("file")]
    [TestCase("stale.sock")]
    [TestCase("nothing")]
    public void A_link_is_refused_and_left_alone_wherever_it_leads(string target)
    {
        string path = Path.Combine(_folder, target);
        if (target == "file") File.WriteAllText(path, "precious");
        if (target == "stale.sock") LeaveStaleSocket(path);
        File.CreateSymbolicLink(SocketPath, path);
        AssertLeftAlone();
        Assert.That(new FileInfo(SocketPath).LinkTarget, Is.EqualTo(path));
        Assert.That(Path.Exists(path), Is.EqualTo(target != "nothing"));
    }

    [Test]
    public void A_directory_that_does_not_exist_is_named()
    {
        var endpoint = new UnixDomainSocketEndPoint(Path.Combine(_folder, "none", "app.sock"));
        var error = Assert.Throws<ListenException>(() => ListeningSocket.Open(endpoint, Settings.Default));
        Assert.That(error!.SocketError, Is.EqualTo(SocketError.AddressNotAvailable));
        Assert.That(error.Message, Does.Contain(Path.Combine(_folder, "none")).And.Contain("does not exist"));
    }

    [TestCase(SocketError.AddressAlreadyInUse, "something else listens there")]
    [TestCase(SocketError.AccessDenied, "may not create a socket there")]
    [TestCase(SocketError.AddressNotAvailable, "its directory exists")]
    public void A_bind_that_lost_a_race_or_its_rights_says_so(SocketError cause, string advice)
    {
        ListenException error = ListenFailure.From(EndPoint, new SocketException((int)cause));
        Assert.That(error.Message, Does.Contain($"unix:{SocketPath}").And.Contain(advice));
    }

    [Test]
    public async Task Of_many_that_start_on_one_stale_path_exactly_one_listens()
    {
        LeaveStaleSocket();
        using var start = new ManualResetEventSlim();
        Task<ListeningSocket?>[] starts = [.. Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.Wait();
                try
                {
                    return ListeningSocket.Open(EndPoint, Settings.Default);
                }
                catch (ListenException error) when (error.SocketError == SocketError.AddressAlreadyInUse)
                {
                    return null;
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];
        start.Set();
        ListeningSocket?[] servers = await Task.WhenAll(starts).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(servers.Count(server => server is not null), Is.EqualTo(1));
        using (Socket client = Connect(EndPoint)) Assert.That(client.Connected);
        foreach (ListeningSocket? server in servers) server?.Dispose();
    }

    [TestCase(0x180)] // 0600
    [TestCase(0x1B0)] // 0660
    [TestCase(0x1B6)] // 0666
    [TestCase(0x1FF)] // 0777
    public void The_file_has_exactly_the_mode_that_was_asked(int mode)
    {
        using var server = ListeningSocket.Open(EndPoint, Settings.Default with { UnixFileMode = (UnixFileMode)mode });
        Assert.That(Mode(SocketPath), Is.EqualTo((UnixFileMode)mode));
    }

    [Test]
    [Platform("Linux")]
    public void The_file_is_never_wider_than_its_mode_from_the_first_moment()
    {
        // What could be seen between bind and chmod.
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        UnixSocketFile.SetModeOfUnbound(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        socket.Bind(new KeptUnixEndPoint(EndPoint));
        Assert.That(Mode(SocketPath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void A_file_that_took_the_sockets_place_survives_the_close()
    {
        var server = ListeningSocket.Open(EndPoint, Settings.Default);
        File.Delete(SocketPath);
        File.WriteAllText(SocketPath, "precious");
        server.Dispose();
        Assert.That(File.ReadAllText(SocketPath), Is.EqualTo("precious"));
    }

    [Test]
    public void A_file_of_the_same_time_that_took_the_sockets_place_survives_the_close()
    {
        var server = ListeningSocket.Open(EndPoint, Settings.Default);
        DateTime boundAt = File.GetLastWriteTimeUtc(SocketPath);
        File.Delete(SocketPath);
        File.WriteAllText(SocketPath, "");
        File.SetLastWriteTimeUtc(SocketPath, boundAt);
        server.Dispose();
        Assert.That(File.Exists(SocketPath));
    }

    [Test]
    public void A_stale_socket_of_another_that_took_the_sockets_place_is_left_to_the_next_bind()
    {
        var server = ListeningSocket.Open(EndPoint, Settings.Default);
        File.Delete(SocketPath);
        LeaveStaleSocket();
        File.SetLastWriteTimeUtc(SocketPath, DateTime.UnixEpoch); // the clock of a file system may be too coarse to tell them apart
        server.Dispose();
        Assert.That(File.Exists(SocketPath));
    }

    [Test]
    public void A_server_that_took_the_sockets_place_survives_the_close()
    {
        var first = ListeningSocket.Open(EndPoint, Settings.Default);
        File.Delete(SocketPath);
        using var second = ListeningSocket.Open(EndPoint, Settings.Default);
        first.Dispose();
        using Socket client = Connect(EndPoint);
        Assert.That(client.Connected);
    }

    [Test]
    public void A_file_that_is_gone_already_does_not_disturb_the_close()
    {
        var server = ListeningSocket.Open(EndPoint, Settings.Default);
        File.Delete(SocketPath);
        Assert.That(server.Dispose, Throws.Nothing);
    }

    [Test]
    [NonParallelizable]
    public void A_relative_path_is_removed_even_from_another_directory()
    {
        string before = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = _folder;
            var server = ListeningSocket.Open(new UnixDomainSocketEndPoint("app.sock"), Settings.Default);
            Assert.That(File.Exists(SocketPath));
            Environment.CurrentDirectory = before;
            server.Dispose();
            Assert.That(Path.Exists(SocketPath), Is.False);
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }

    [Test]
    [NonParallelizable]
    [Platform("Linux")]
    public void A_refused_path_leaks_no_descriptor()
    {
        File.WriteAllText(SocketPath, "precious");
        Refused();
        int before = Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
        for (int i = 0; i < 50; i++) Refused();
        int after = Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
        Assert.That(after, Is.LessThan(before + 25), "50 failures would have left 50; other fixtures may open a few");
    }

    [Test]
    [Platform("Linux")]
    public void An_abstract_name_takes_connections_and_needs_no_file()
    {
        string name = $"rxg-{Guid.NewGuid():N}";
        EndPoint endpoint = ServerAddress.Parse($"unix:@{name}");
        using (var server = ListeningSocket.Open(endpoint, Settings.Default))
        {
            Assert.That(server.LocalEndPoint, Is.EqualTo(new UnixDomainSocketEndPoint("\0" + name)));
            using Socket client = Connect(server.LocalEndPoint);
            Assert.That(client.Connected);
            var error = Assert.Throws<ListenException>(() => ListeningSocket.Open(endpoint, Settings.Default));
            Assert.That(error!.SocketError, Is.EqualTo(SocketError.AddressAlreadyInUse));
            Assert.That(error.Message, Does.Contain($"unix:@{name}"));
            Assert.That(File.Exists("@" + name), Is.False);
        }

        using var again = ListeningSocket.Open(endpoint, Settings.Default);
        Assert.That(again.LocalEndPoint, Is.EqualTo(endpoint));
    }

    private void AssertLeftAlone()
    {
        ListenException error = Refused();
        Assert.That(error.SocketError, Is.EqualTo(SocketError.AddressAlreadyInUse));
        Assert.That(error.Message, Does.Contain($"unix:{SocketPath}").And.Contain("is not a socket").And.Contain("left alone"));
        Assert.That(Path.Exists(SocketPath) || new FileInfo(SocketPath).LinkTarget is not null);
    }

    private ListenException Refused()
    {
        var error = Assert.Throws<ListenException>(() => ListeningSocket.Open(EndPoint, Settings.Default));
        return error!;
    }

    private void LeaveStaleSocket(string? path = null)
    {
        using var crashed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        crashed.Bind(new KeptUnixEndPoint(new UnixDomainSocketEndPoint(path ?? SocketPath)));
        crashed.Listen();
    }

    private static Socket Connect(EndPoint endpoint)
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(endpoint);
        return client;
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    private static void Run(string program, params string[] arguments) => Assert.That(TryRun(program, arguments), Is.Zero, program);

    private static int TryRun(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(20)), program);
        return process.ExitCode;
    }
}
