using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Connecting;

public sealed class ClientOptionsValidatorSpec
{
    private static readonly ClientOptions Fine = new();

    private static IEnumerable<TestCaseData> OutOfRange()
    {
        yield return Case(Fine with { ConnectTimeout = TimeSpan.Zero }, nameof(ClientOptions.ConnectTimeout), "more than zero");
        yield return Case(Fine with { ConnectTimeout = TimeSpan.FromDays(50) }, nameof(ClientOptions.ConnectTimeout), "about 49 days");

        // The shared part is checked for clients, too; all of it is specified with the server's.
        yield return Case(Fine with { ReceiveBufferBytes = 0 }, nameof(ClientOptions.ReceiveBufferBytes), "1 to 1073741824");
        yield return Case(Fine with { SendTimeout = TimeSpan.Zero }, nameof(ClientOptions.SendTimeout), "more than zero");
    }

    private static TestCaseData Case(ClientOptions options, string option, string rule) => new TestCaseData(options, option, rule).SetArgDisplayNames(option, rule);

    [TestCaseSource(nameof(OutOfRange))]
    public void An_option_out_of_its_range_is_named_by_the_call_that_is_given_it(ClientOptions options, string option, string rule)
    {
        foreach (Action call in new Action[] { () => RxClient.Connect("3000", options), () => RxClient.Use("3000", c => c.Inbound, options) })
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>(call);
            Assert.That(error!.ParamName, Is.EqualTo(option));
            Assert.That(error.Message, Does.Contain(rule));
        }
    }

    [Test]
    public void The_defaults_are_fine_and_no_limit_is_one()
    {
        ClientOptionsValidator.Validate(Fine);
        ClientOptionsValidator.Validate(Fine with { ConnectTimeout = Timeout.InfiniteTimeSpan });
        Assert.That(Fine.ConnectTimeout, Is.EqualTo(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public void Nothing_in_the_place_of_something_is_an_argument_error()
    {
        var endpoint = new VirtualServer().Listener.LocalEndPoint;
        Assert.That(() => RxClient.Connect((string)null!), Throws.ArgumentNullException);
        Assert.That(() => RxClient.Connect((System.Net.EndPoint)null!), Throws.ArgumentNullException);
        Assert.That(() => RxClient.Use<int>("3000", null!), Throws.ArgumentNullException);
        Assert.That(() => RxClient.Connect(endpoint).Subscribe(null!), Throws.ArgumentNullException);
        Assert.That(() => RxClient.Use(endpoint, c => c.Inbound).Subscribe(null!), Throws.ArgumentNullException);
    }
}
