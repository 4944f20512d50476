using NUnit.Framework;
using RxGlisten.Spec.Transports.EventLoop.Doubles;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>Numbers that lead to one member, as long as it is there.</summary>
[Platform("Linux")]
public sealed class LoopMembersSpec
{
    [Test]
    public void A_number_leads_to_its_member_until_that_is_removed_and_to_no_other_one_then()
    {
        var members = new LoopMembers();
        var loop = new OwnLoops(1).Loop;
        var all = Enumerable.Range(0, 1_000).Select(_ => new EventLoopExecutor(loop)).ToArray();
        foreach (var member in all)
            members.Add(member);
        Assert.That(all.Select(member => members.Find(member.Token)), Is.EqualTo(all));
        foreach (var member in all.Take(500))
            members.Remove(member);
        var next = Enumerable.Range(0, 500).Select(_ => new EventLoopExecutor(loop)).ToArray();
        foreach (var member in next)
            members.Add(member);
        Assert.That(all.Take(500).Select(member => members.Find(member.Token)), Has.All.Null);
        Assert.That(next.Select(member => (uint)member.Token), Is.EquivalentTo(all.Take(500).Select(member => (uint)member.Token)), "places are used again");
        Assert.That(next.Concat(all.Skip(500)).Select(member => members.Find(member.Token)), Is.EqualTo(next.Concat(all.Skip(500))));
    }

    [Test]
    public void The_number_of_the_loop_itself_and_such_that_were_never_given_lead_nowhere()
    {
        var members = new LoopMembers();
        members.Add(new EventLoopExecutor(new OwnLoops(1).Loop));
        Assert.That((members.Find(0), members.Find(ulong.MaxValue)), Is.EqualTo(((LoopMember?)null, (LoopMember?)null)));
    }
}
