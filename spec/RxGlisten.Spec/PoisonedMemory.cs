using NUnit.Framework;

namespace RxGlisten.Spec;

/// <summary>All specs run with reused receive buffers overwritten when they are given back, so that a use after the return is seen.</summary>
[SetUpFixture]
public sealed class PoisonedMemory
{
    [OneTimeSetUp]
    public void Poison() => ReceiveMemory.PoisonsReturned = true;
}
