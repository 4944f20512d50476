namespace RxGlisten;

/// <summary>
/// A packet's way through its pipeline: its delivery, and what goes on with it later (a step that has ended). Operators between find it by <see cref="InboundStream.Delivering"/>.
/// </summary>
internal interface IDelivery
{
    /// <summary>Whose packet it is.</summary>
    Connection Connection { get; }

    /// <summary>Keeps the packet's credit until disposed. Only while this is what runs on the thread.</summary>
    /// <returns>Null where there is no packet to hold: at the end.</returns>
    PacketHold? Hold();
}
