using System.Collections.Concurrent;
using System.Diagnostics;
using EdgeOrleans.Oracle;
using EdgeOrleans.Endurance.Tests.Storage;
using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Meeting;

/// <summary>Clients that meet: at one key, at the birth of a collection, at the end of a namespace.</summary>
public sealed class MeetingTests
{
    private readonly WriteOracle _oracle = new();

    [Fact]
    public async Task Two_clients_that_write_one_key_at_once_both_get_201_and_the_last_version_wins_everywhere()
    {
        const int Keys = 50;
        using var directory = new ServiceDirectory();
        var shown = new Dictionary<Place, string>();
        await using (var service = await Running.Start(directory))
        {
            for (var i = 0; i < Keys; i++)
            {
                var place = new Place("default", "meeting", $"k{i}");
                var replies = await Task.WhenAll(service.Client.Set(place, "\"one\""), service.Client.Set(place, "\"two\""));
                Assert.All(replies, static r => Assert.Equal(201, r.Status));
                shown[place] = (await service.Client.Get(place)).Raw("value")!;
                Assert.Contains(shown[place], new[] { "\"one\"", "\"two\"" });
            }

            await service.Process.Kill();
        }

        await using (var service = await Running.Start(directory))
        {
            foreach (var (place, value) in shown)
            {
                Assert.Equal(value, (await service.Client.Get(place)).Raw("value"));
            }

            Assert.Equal(0, (await service.Process.Stop()).Code);
        }

        Assert.Equal(shown.OrderBy(static s => s.Key.Key), Saved.Read(directory).OrderBy(static s => s.Key.Key));
        await using var again = await Running.Start(directory);
        foreach (var (place, value) in shown)
        {
            Assert.Equal(value, (await again.Client.Get(place)).Raw("value"));
        }
    }

    [Fact]
    public async Task Collection_that_many_create_at_once_is_one()
    {
        const int Clients = 16;
        const int Collections = 20;
        using var directory = new ServiceDirectory();
        await using (var service = await Running.Start(directory))
        {
            for (var c = 0; c < Collections; c++)
            {
                var replies = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => Set(service.Client, new Place("born", $"c{c:D2}", $"k{i}"))));
                Assert.All(replies, static r => Assert.Equal(201, r.Status));
            }

            await ExpectAll(service);
            await service.Process.Kill();
        }

        await using var again = await Running.Start(directory);
        await ExpectAll(again);

        async Task ExpectAll(Running service)
        {
            Assert.Equal(Enumerable.Range(0, Collections).Select(static c => $"c{c:D2}"), (await service.Client.Collections("born")).Strings("collections"));
            Assert.Equal(Collections * Clients, (await service.Client.Info("born")).Number("key_count"));
            Assert.Empty(await new RestartCheck(_oracle, service.Client).Run());
        }
    }

    [Fact]
    public async Task Namespace_delete_takes_all_that_is_older_and_nothing_begun_after_its_answer()
    {
        const int Writers = 8;
        var faults = new ConcurrentQueue<string>();
        using var directory = new ServiceDirectory();
        await using (var service = await Running.Start(directory))
        {
            var begun = Stopwatch.GetTimestamp();
            var writers = Enumerable.Range(0, Writers).Select(async writer =>
            {
                for (var i = 0; Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(3); i++)
                {
                    var place = new Place("doomed", $"c{i % 3}", $"k{writer}-{i % 7}");
                    Assert.Equal(201, (await Set(service.Client, place)).Status);
                    var readAt = _oracle.Now();
                    var reply = await service.Client.Get(place);
                    if (_oracle.Read(place, reply.Status == 200 ? reply.Raw("value") : null, readAt) is { } fault)
                    {
                        faults.Enqueue(fault);
                    }
                }
            }).ToArray();
            var deletes = 0;
            for (; Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(3); deletes++)
            {
                await Task.Delay(20);
                await Delete(service.Client);
            }

            await Task.WhenAll(writers);
            Assert.Empty(faults);
            Assert.True(deletes > 5);
            await ExpectAsSent(service);

            // With nobody writing, a delete leaves nothing, and the next write finds a new world.
            await Delete(service.Client);
            await ExpectAsSent(service);
            Assert.DoesNotContain("doomed", (await service.Client.Namespaces()).Strings("namespaces"));
            Assert.Equal(201, (await Set(service.Client, new Place("doomed", "c1", "k-after"))).Status);
            await service.Process.Kill();
        }

        await using var again = await Running.Start(directory);
        await ExpectAsSent(again);
        Assert.Equal(["c1"], (await again.Client.Collections("doomed")).Strings("collections"));
        Assert.Equal(1, (await again.Client.Info("doomed")).Number("key_count"));
    }

    private async Task ExpectAsSent(Running service) => Assert.Empty(await new RestartCheck(_oracle, service.Client).Run());

    private async Task Delete(KvClient client)
    {
        var clear = _oracle.BeginClear(Enumerable.Range(0, 3).Select(static c => ("doomed", $"c{c}")));
        var reply = await client.DeleteNamespace("doomed");
        _oracle.EndClear(clear, reply.Answer);
        Assert.Equal(200, reply.Status);
    }

    private async Task<Reply> Set(KvClient client, Place place)
    {
        var sent = _oracle.BeginSet(place);
        var reply = await client.Set(place, WriteOracle.ValueOf(sent.Id));
        _oracle.End(place, sent, reply.Answer);
        return reply;
    }
}
