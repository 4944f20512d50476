using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;

namespace RxGlisten.Spec.Accepting;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AcceptLogSpec
{
    private readonly World _world = new();

    [Test]
    public void A_log_provider_that_throws_ends_no_acceptor()
    {
        using var factory = new FaultyLoggerFactory();
        Recorder recorder = _world.Subscribe(_world.Bind(_world.Options with { Acceptors = 1, LoggerFactory = factory }));
        for (int i = 0; i < 10; i++) _world.Run(() => _world.Socket.Fail(SocketError.ConnectionReset));
        _world.Connect();
        Assert.That((recorder.Connections.Count, factory.Calls > 10), Is.EqualTo((1, true)));
    }

    private sealed class FaultyLoggerFactory : ILoggerFactory, ILogger
    {
        public int Calls { get; private set; }

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Calls++;
            throw new InvalidOperationException("mine");
        }

        public void Dispose()
        {
        }
    }
}
