using EdgeOrleans.Grains.Tests.Hosting;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Cluster;

/// <summary>What a member shows that others may have given up, whoever asks it.</summary>
public sealed class DoubtTests
{
    private readonly TestRows _rows = new();
    private readonly Standing _standing = new();

    [Fact]
    public async Task Member_in_doubt_shows_nothing_old()
    {
        await using var here = await TestMember.Start(_rows, standing: _standing);
        await using var there = await TestMember.Start(_rows);
        await here.Collection("ns/c").Put("k", "1");
        await OvertakenTests.Insist(there.Collection("ns/c"), "k", "2");
        Assert.Equal("1", await here.Collection("ns/c").Read("k"));

        _standing.IsInDoubt = true;

        var overtaken = await Assert.ThrowsAsync<RefusedException>(async () => await here.Collection("ns/c").Get("k"));
        Assert.Equal(RefusalCode.Overtaken, overtaken.Refusal.Code);
        Assert.Equal("2", await here.Collection("ns/c").Read("k"));
    }

    [Fact]
    public async Task Isolated_member_answers_no_read()
    {
        await using var member = await TestMember.Start(_rows, standing: _standing);
        await member.Collection("ns/c").Put("k", "1");
        _standing.Isolation = "nobody was heard for 7 s";

        var read = await Assert.ThrowsAsync<RefusedException>(async () => await member.Collection("ns/c").Get("k"));
        var list = await Assert.ThrowsAsync<RefusedException>(async () => await member.Collection("ns/c").List(new ListQuery()));

        Assert.Equal((RefusalCode.Unavailable, _standing.Isolation), (read.Refusal.Code, read.Refusal.Message));
        Assert.Equal(RefusalCode.Unavailable, list.Refusal.Code);
        _standing.Isolation = null;
        Assert.Equal("1", await member.Collection("ns/c").Read("k"));
    }

    private sealed class Standing : IClusterMember
    {
        public string? Isolation { get; set; }

        public bool IsInDoubt { get; set; }
    }
}
