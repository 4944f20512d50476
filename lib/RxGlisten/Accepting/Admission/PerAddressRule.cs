using System.Net;
using System.Runtime.InteropServices;

namespace RxGlisten;

/// <summary>At most so many of an address at a time.</summary>
internal sealed class PerAddressRule(int most) : IAdmissionRule
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _present = [];

    public bool TryEnter(EndPoint remote)
    {
        if (AddressKey.Of(remote) is not { } address) return true;
        lock (_lock)
        {
            ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(_present, address, out _);
            if (count == most) return false;
            count++;
            return true;
        }
    }

    public void Leave(EndPoint remote)
    {
        if (AddressKey.Of(remote) is not { } address) return;
        lock (_lock)
        {
            if (--CollectionsMarshal.GetValueRefOrNullRef(_present, address) == 0) _present.Remove(address);
        }
    }
}
