using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.Oracle;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Disks;

/// <summary>A file system that turns read-only under the service, which is how a dying card shows itself.</summary>
public sealed class BrokenDiskTests
{
    [Fact]
    public async Task Read_only_disk_ends_writing_with_a_reason_until_restart_and_reads_go_on()
    {
        using var disk = MountedDisk.Ext4(48);
        using var directory = new ServiceDirectory();
        var oracle = new WriteOracle();
        var data = Path.Combine(disk.Path, "data");
        var places = Enumerable.Range(0, 20).Select(static i => new Place("default", $"c{i % 3}", $"k{i}")).ToArray();
        await using (var service = await Running.Start(directory, ("Data:Path", data)))
        {
            foreach (var place in places)
            {
                Assert.Equal(201, await Set(service, oracle, place));
            }

            disk.Break();
            var failed = await Running.Until(() => SetReply(service, oracle, places[0]), static r => r.Status != 201);
            Assert.Equal((503, "UNAVAILABLE"), (failed.Status, failed.Code));
            var later = await SetReply(service, oracle, places[1]);
            Assert.Equal((503, "UNAVAILABLE"), (later.Status, later.Code));
            Assert.Contains("restart", later.Body, StringComparison.OrdinalIgnoreCase);
            Assert.Equal(503, (await service.Client.Delete(places[2])).Status);
            foreach (var place in places)
            {
                Assert.Equal(200, (await service.Client.Get(place)).Status);
            }

            Assert.Equal(3, (await service.Client.Info("default")).Strings("collections").Length);
            var health = await service.Client.Health();
            Assert.Equal(503, health.Status);
            Assert.Contains("journal", health.Raw("message"), StringComparison.OrdinalIgnoreCase);
            Assert.Equal(200, (await service.Client.Live()).Status);
            Assert.Equal(0, (await service.Process.Stop()).Code);
        }

        disk.Repair();
        await using var again = await Running.Start(directory, ("Data:Path", data));
        Assert.Empty(await new RestartCheck(oracle, again.Client).Run());
        Assert.Equal(201, await Set(again, oracle, places[0]));
        Assert.Equal(200, (await again.Client.Health()).Status);
        Assert.Equal(0, (await again.Process.Stop()).Code);
    }

    private static async Task<int> Set(Running service, WriteOracle oracle, Place place) => (await SetReply(service, oracle, place)).Status;

    private static async Task<Reply> SetReply(Running service, WriteOracle oracle, Place place)
    {
        var sent = oracle.BeginSet(place);
        var reply = await service.Client.Set(place, WriteOracle.ValueOf(sent.Id));
        oracle.End(place, sent, reply.Answer);
        return reply;
    }
}
