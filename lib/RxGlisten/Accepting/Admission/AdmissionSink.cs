using System.Net;

namespace RxGlisten;

/// <summary>Lets those pass whom the rule admits: a listener asks it before it makes a connection; where that was not so, it decides when it is told of one.</summary>
internal sealed class AdmissionSink(IObserver<IConnection> observer, IAdmissionRule rule) : IObserver<IConnection>, IGatekeeper
{
    public Admittance? TryAdmit(EndPoint remote)
    {
        if (!rule.TryEnter(remote)) return null;
        if (observer is not IGatekeeper next) return new Admittance(this, rule, remote, null);
        Admittance? behind = null;
        try
        {
            behind = next.TryAdmit(remote);
        }
        finally
        {
            if (behind is null) rule.Leave(remote);
        }

        return behind is null ? null : new Admittance(this, rule, remote, behind);
    }

    public void OnNext(IConnection value)
    {
        var connection = new OwnedConnection(value);
        if (!connection.WasAdmittedBy(this))
        {
            EndPoint remote = value.RemoteEndPoint;
            if (!TryEnter(connection, remote))
            {
                connection.Refuse();
                return;
            }

            connection.Watch(new Departure(rule, remote));
        }

        observer.OnNext(value);
    }

    public void OnError(Exception error) => observer.OnError(error);

    public void OnCompleted() => observer.OnCompleted();

    private bool TryEnter(OwnedConnection connection, EndPoint remote)
    {
        try
        {
            return rule.TryEnter(remote);
        }
        catch (Exception exception)
        {
            connection.LogAdmissionFault(exception);
            return false;
        }
    }

    private sealed class Departure(IAdmissionRule rule, EndPoint remote) : IConnectionWatcher
    {
        public void OnClosed(CloseReason reason) => rule.Leave(remote);

        public void OnSettled()
        {
        }
    }
}
