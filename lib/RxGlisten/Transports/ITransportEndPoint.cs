namespace RxGlisten;

/// <summary>An <see cref="System.Net.EndPoint"/> that brings the transport it is reached by, wherever a real one is usable.</summary>
public interface ITransportEndPoint
{
    /// <summary>The transport that listens on this endpoint and connects to it.</summary>
    ITransport Transport { get; }
}
