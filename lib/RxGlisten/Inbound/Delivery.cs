namespace RxGlisten;

internal sealed class Delivery
{
    public IDisposable Hold() => throw new NotImplementedException();
}
