namespace RxGlisten;

/// <summary>Who delivers a packet, and can keep it on hold while it does.</summary>
internal interface IHoldSource
{
    /// <summary>Keeps the packet's credit until disposed.</summary>
    /// <exception cref="InvalidOperationException">The packet's delivery is over.</exception>
    IDisposable Hold(Packet packet);
}
