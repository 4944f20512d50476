using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Docs.Operators;

/// <summary>The pictures of docs/operators.md that are about groups and clients; each is of a run of the code that stands beside it.</summary>
public sealed class GroupAndClientPicturesSpec
{
    [Test]
    public void Connection_group()
    {
        var stage = new PictureStage();
        var connections = stage.Connections();
        // snippet: op-connection-group
        var room = new ConnectionGroup();
        var ended = connections.Serve(connection => Observable.Using(
            () => room.Join(connection),
            _ => connection.Inbound.Bytes().Do(room).IgnoreElements())); // what one says, all hear
        // end
        stage.Note(room.Count, count => $"{count}");
        ended.Subscribe();
        stage.Client("---'hi'------'anyone?'----F");
        stage.Client("------'hello'---F", at: 1);
        stage.Draw("connection-group", new MarblePicture { Title = "ConnectionGroup", Operators = ["Do(room)"], ElementsName = "room.Count" }, 24);
    }

    [Test]
    public void A_slow_member_of_a_group()
    {
        var stage = new PictureStage { Options = new ServerOptions { OutboundHighWaterBytes = 1024 } };
        var connections = stage.Connections();
        // snippet: op-connection-group-slow
        var room = new ConnectionGroup(new GroupOptions { LimitBytes = 2048 });
        var ended = connections.Serve(connection => Observable.Using(
            () => room.Join(connection),
            _ => connection.Inbound.Bytes().IgnoreElements()));
        // end
        stage.Note(ended, end => $"#{stage.NumberOf(end.Connection)} {end.Reason.Kind}");
        Observable.Interval(PictureStage.Frame * 4, stage.Time).Take(6).Select(_ => (ReadOnlyMemory<byte>)new byte[1024]).Subscribe(room);
        stage.Client("------------------------------F");
        stage.Client("S", link: new LinkSettings { WindowBytes = 2048 });
        stage.Draw("connection-group-slow", new MarblePicture { Title = "ConnectionGroup; the second member does not read", Operators = ["Join(connection)"], ElementsName = "ended" }, 34);
    }

    [Test]
    public void Client_connect()
    {
        var stage = new PictureStage { Latency = PictureStage.Frame / 2 };
        stage.Connections().Serve(connection => connection.Inbound.Bytes()).Subscribe();
        var (address, options) = (stage.EndPoint, new ClientOptions { Scheduler = stage.Time });
        // snippet: op-client-connect
        var connections = RxClient.Connect(address, options); // one element, which is yours to dispose
        // end
        IConnection? mine = null;
        stage.Note(connections.Do(connection => mine = connection), connection => "connection");
        stage.Time.AdvanceBy(PictureStage.Frame * 4);
        stage.Note(mine!.Inbound.Bytes(), bytes => Encoding.ASCII.GetString(bytes.Span));
        mine.Outbound.OnNext("hello"u8.ToArray());
        stage.Time.AdvanceBy(PictureStage.Frame * 4);
        mine.Dispose();
        stage.Draw("client-connect", new MarblePicture { Title = "RxClient.Connect, as the server and the client see it", ElementsName = "client" }, 4);
    }

    [Test]
    public void Client_use()
    {
        var stage = new PictureStage { Latency = PictureStage.Frame / 2 };
        stage.Connections().Serve(connection => connection.Inbound.Bytes()).Subscribe();
        var (address, options) = (stage.EndPoint, new ClientOptions { Scheduler = stage.Time });
        // snippet: op-client-use
        var answer = RxClient.Use(address, connection =>
        {
            connection.Outbound.OnNext("hello"u8.ToArray());
            return connection.Inbound.Bytes().Take(1); // and then the connection is closed
        }, options);
        // end
        stage.Note(answer.Repeat(2), bytes => Encoding.ASCII.GetString(bytes.Span));
        stage.Draw("client-use", new MarblePicture { Title = "RxClient.Use with Repeat(2): a connection for each subscription", ElementsName = "client" }, 8);
    }

    [Test]
    public void Retry_back_off()
    {
        var stage = new PictureStage { Latency = PictureStage.Frame / 2 };
        var (address, scheduler) = (stage.EndPoint, stage.Time);
        var tries = 0;
        void Report(Exception failure) => stage.Note($"failure {++tries}");
        // snippet: op-retry-back-off
        var waits = new BackOffOptions { First = TimeSpan.FromMilliseconds(50), Factor = 2, Jitter = 0 };
        var greetings = RxClient
            .Use(address, connection => connection.Inbound.Bytes(), new ClientOptions { Scheduler = scheduler })
            .Do(_ => { }, Report)
            .RetryBackOff(waits, scheduler);
        // end
        stage.Note(greetings, bytes => Encoding.ASCII.GetString(bytes.Span));
        stage.Time.AdvanceBy(PictureStage.Frame * 25);
        stage.Connections().Serve(_ => Observable.Return<ReadOnlyMemory<byte>>("welcome"u8.ToArray())).Subscribe();
        stage.Draw("retry-back-off", new MarblePicture { Title = "RetryBackOff; the server listens from 250 ms on", ElementsName = "client" }, 20);
    }
}
