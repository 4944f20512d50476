using NUnit.Framework;
using NUnit.Framework.Interfaces;

[assembly: RxGlisten.Spec.Harness.ChecksGrammar]

namespace RxGlisten.Spec.Harness;

/// <summary>Fails each spec during which any observer was told what the Rx grammar forbids, whether the spec looks at that observer or not.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class ChecksGrammarAttribute : Attribute, ITestAction
{
    public ActionTargets Targets => ActionTargets.Test;

    public void BeforeTest(ITest test)
    {
    }

    public void AfterTest(ITest test)
    {
        var breaches = GrammarBreaches.Take();
        if (breaches.Count > 0)
            throw new InvalidOperationException(string.Join(Environment.NewLine, breaches));
    }
}
