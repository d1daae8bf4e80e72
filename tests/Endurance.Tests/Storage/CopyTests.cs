using EdgeOrleans.Oracle;
using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Storage;

/// <summary>Data copied while the service runs under load, put in another directory and started there.</summary>
public sealed class CopyTests
{
    private const int Copies = 3;

    // A second at least: README's recipe names a copy by it.
    private static readonly TimeSpan BetweenCopies = TimeSpan.FromSeconds(1.1);

    private readonly WriteOracle _oracle = new();

    [Fact]
    public async Task Copies_made_one_after_the_other_under_load_have_each_all_that_was_acknowledged_before_it_began()
    {
        using var directory = new ServiceDirectory();
        var copies = new List<(string Path, long BegunAt)>();
        await using (var service = await ServiceProcess.Start(directory, Busy()))
        {
            using var client = new KvClient(service.Address);
            await using var traffic = RandomTraffic.Start(_oracle, client, new TrafficCounts(), writers: 6, seed: 5);
            var fresh = new FreshCollections(_oracle, client);
            await Task.Delay(1000);
            for (var i = 0; i < Copies; i++)
            {
                var segments = Segments(directory);
                var begunAt = _oracle.Now();
                var making = fresh.Make();
                copies.Add((await CopyRecipe.Run(directory), begunAt));
                fresh.Stop();
                await making;
                await Task.Delay(BetweenCopies);

                // The next copy finds other files than this one did.
                await ExpectTurnover(directory, segments);
            }

            await traffic.Stop();
            Assert.Empty(traffic.Faults);
            await service.Kill();
        }

        copies.Reverse();
        foreach (var (path, begunAt) in copies)
        {
            await Restore(path, begunAt);
        }
    }

    private static string[] Segments(ServiceDirectory directory) =>
        [.. Directory.GetFiles(Path.Combine(directory.DataPath, "journal"), "*.segment").Select(Path.GetFileName)!];

    private static async Task ExpectTurnover(ServiceDirectory directory, string[] segments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Segments(directory).Intersect(segments).Any())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private async Task Restore(string copy, long begunAt)
    {
        using var directory = new ServiceDirectory();
        Directory.Move(copy, directory.DataPath);
        var after = new WriteOracle();
        await using (var service = await ServiceProcess.Start(directory, Busy()))
        {
            using var client = new KvClient(service.Address);
            var faults = new List<string>();
            foreach (var place in _oracle.Places)
            {
                var reply = await client.Get(place);
                Assert.True(reply.Status is 200 or 404, reply.ToString());
                if (_oracle.Look(place, reply.Status == 200 ? reply.Raw("value") : null, begunAt) is { } fault)
                {
                    faults.Add(fault);
                }
            }

            Assert.True(faults.Count == 0, $"{faults.Count} faults\n{string.Join('\n', faults.Take(5))}\n{string.Join('\n', service.Output)}");
            Assert.DoesNotContain(service.Output, static line => line.Contains("Damage", StringComparison.Ordinal));
            await Write(client, after);
            await service.Kill();
        }

        // What is written to the copy stays, from the journal and then from the database.
        await ExpectWritten(directory, after);
        await ExpectWritten(directory, after);
    }

    private async Task Write(KvClient client, WriteOracle after)
    {
        var collections = _oracle.Places.Select(static place => (place.Namespace, place.Collection)).Distinct();
        foreach (var (ns, collection) in collections)
        {
            var place = new Place(ns, collection, "after the copy");
            var sent = after.BeginSet(place);
            var reply = await client.Set(place, WriteOracle.ValueOf(sent.Id));
            Assert.Equal(201, reply.Status);
            after.End(place, sent, reply.Answer);
        }
    }

    private static async Task ExpectWritten(ServiceDirectory directory, WriteOracle after)
    {
        await using var service = await ServiceProcess.Start(directory, Busy());
        using var client = new KvClient(service.Address);
        foreach (var place in after.Places)
        {
            var reply = await client.Get(place);
            Assert.Null(after.Settle(place, reply.Status == 200 ? reply.Raw("value") : null));
        }

        Assert.Equal(0, (await service.Stop()).Code);
    }

    private static ServiceSetup Busy() => new ServiceSetup()
        .With("Limits:ValueBytes", "1024")
        .With("Journal:SegmentBytes", "163840")
        .With("Journal:MaxBytes", "4194304")
        .With("WriteBehind:SaveAfterMs", "10");

    /// <summary>Collections that come to be while the copy is made: some are in its database and not in its journal.</summary>
    private sealed class FreshCollections(WriteOracle oracle, KvClient client)
    {
        private volatile bool _stopped;
        private int _made;

        public async Task Make()
        {
            for (_stopped = false; !_stopped;)
            {
                var place = new Place("fresh", $"n{_made++}", "k");
                var sent = oracle.BeginSet(place);
                oracle.End(place, sent, (await client.Set(place, WriteOracle.ValueOf(sent.Id))).Answer);
            }
        }

        public void Stop() => _stopped = true;
    }
}
