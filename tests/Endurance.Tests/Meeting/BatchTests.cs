using EdgeOrleans.Oracle;
using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Meeting;

/// <summary>The largest batches, through the whole process and a kill.</summary>
public sealed class BatchTests
{
    private const int Operations = 1000;

    [Fact]
    public async Task Batch_of_1000_over_several_collections_applies_whole_but_for_the_one_that_is_wrong()
    {
        const int Wrong = 500;
        using var directory = new ServiceDirectory();
        var places = Enumerable.Range(0, Operations).Select(static i => new Place($"n{i % 2}", $"c{i % 7}", $"k{i}")).ToArray();
        await using (var service = await Running.Start(directory))
        {
            var sets = places.Select(static (place, i) => (i == Wrong ? place with { Collection = ".." } : place, $"{{\"i\":{i}}}")).ToArray();
            var reply = await service.Client.SetBatch(sets);
            Assert.Equal(200, reply.Status);
            Assert.Equal((Operations - 1, 1), (reply.Number("success_count"), reply.Number("failure_count")));
            Assert.Equal(Enumerable.Range(0, Operations).Select(static i => i == Wrong ? Answer.InDoubt : Answer.Acknowledged), reply.BatchAnswers());
            await service.Process.Kill();
        }

        await using (var service = await Running.Start(directory))
        {
            for (var i = 0; i < Operations; i++)
            {
                var reply = await service.Client.Get(places[i]);
                Assert.Equal(i == Wrong ? "404" : $"200 {{\"i\":{i}}}", reply.Status == 200 ? $"200 {reply.Raw("value")}" : $"{reply.Status}");
            }

            // One more than is allowed changes nothing.
            var tooMany = await service.Client.DeleteBatch(places.Append(new Place("n0", "c0", "one more")));
            Assert.Equal((400, "BATCH_SIZE_EXCEEDED"), (tooMany.Status, tooMany.Code));
            tooMany = await service.Client.SetBatch(places.Append(new Place("n0", "c0", "one more")).Select(static place => (place, "0")));
            Assert.Equal((400, "BATCH_SIZE_EXCEEDED"), (tooMany.Status, tooMany.Code));
            Assert.Equal(Operations - 1, await Total(service.Client));
            Assert.Equal("{\"i\":1}", (await service.Client.Get(places[1])).Raw("value"));

            Assert.Equal(Operations, (await service.Client.DeleteBatch(places)).Number("success_count"));
            Assert.Equal(0, await Total(service.Client));
            await service.Process.Kill();
        }

        await using var again = await Running.Start(directory);
        Assert.Equal(0, await Total(again.Client));
    }

    private static async Task<long> Total(KvClient client) =>
        (await client.Info("n0")).Number("key_count") + (await client.Info("n1")).Number("key_count");
}
