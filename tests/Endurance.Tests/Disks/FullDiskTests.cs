using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.Oracle;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Disks;

/// <summary>A card without room: what is there can be read and deleted, and writing goes on as soon as there is room.</summary>
public sealed class FullDiskTests
{
    private const int MiB = 1024 * 1024;

    private readonly WriteOracle _oracle = new();

    /// <param name="leave">What is left free: less than the reserve, or nothing at all.</param>
    [Theory]
    [InlineData(1 * MiB)]
    [InlineData(0)]
    public async Task Full_disk_refuses_writes_alone_and_takes_them_again_without_a_restart(int leave)
    {
        using var disk = MountedDisk.InMemory(24);
        using var directory = new ServiceDirectory();
        var options = Options(disk);
        await using (var service = await Running.Start(directory, options))
        {
            for (var i = 0; i < 100; i++)
            {
                await Set(service, Numbered(i), 201);
            }

            disk.Fill(leave);
            var refused = await SetUntilRefused(service);
            Assert.Equal((507, "INSUFFICIENT_STORAGE"), (refused.Status, refused.Code));
            Assert.Contains("Journal:ReserveBytes", refused.Body, StringComparison.Ordinal);
            await ExpectReads(service);
            var health = await service.Client.Health();
            Assert.Equal(503, health.Status);
            Assert.Contains("room", health.Raw("message"), StringComparison.Ordinal);
            Assert.Equal(200, (await service.Client.Live()).Status);
            await Delete(service, Numbered(1));
            await Delete(service, Numbered(2));
            await DeleteMany(service, [Numbered(90), Numbered(91)]);
            await ExpectReads(service);

            disk.Empty();
            var place = Numbered(200);
            var accepted = await Running.Until(() => TrySet(service, place), static r => r.Status == 201);
            Assert.Equal(201, accepted.Status);
            Assert.Equal(200, (await service.Client.Health()).Status);
            await service.Process.Kill();
        }

        await using var again = await Running.Start(directory, options);
        await Settle(again);
    }

    [Fact]
    public async Task Service_starts_on_a_disk_without_any_room_and_serves_reads_and_deletes()
    {
        using var disk = MountedDisk.InMemory(24);
        using var directory = new ServiceDirectory();
        var options = Options(disk);
        await using (var service = await Running.Start(directory, options))
        {
            for (var i = 0; i < 100; i++)
            {
                await Set(service, Numbered(i), 201);
            }

            disk.Fill(0);
            Assert.Equal(507, (await SetUntilRefused(service)).Status);
            await service.Process.Kill();
        }

        await using (var service = await Running.Start(directory, options))
        {
            await Settle(service);
            await ExpectReads(service);
            Assert.Equal(507, (await SetUntilRefused(service)).Status);
            await Delete(service, Numbered(3));
            await ExpectReads(service);
            Assert.Equal(200, (await service.Client.Live()).Status);
            disk.Empty();
            Assert.Equal(201, (await Running.Until(() => TrySet(service, Numbered(201)), static r => r.Status == 201)).Status);
            await service.Process.Kill();
        }

        await using var again = await Running.Start(directory, options);
        await Settle(again);
    }

    private static (string, string)[] Options(MountedDisk disk) =>
    [
        ("Data:Path", Path.Combine(disk.Path, "data")),
        ("Limits:ValueBytes", "1024"),
        ("Journal:SegmentBytes", "163840"),
        ("Journal:MaxBytes", "8388608"),
        ("Journal:ReserveBytes", "2097152"),
    ];

    private static Place Numbered(int i) => new("default", $"c{i % 4}", $"k{i}");

    private async Task Settle(Running service) => Assert.Empty(await new RestartCheck(_oracle, service.Client).Run());

    private async Task Set(Running service, Place place, int status) => Assert.Equal(status, (await TrySet(service, place)).Status);

    private async Task<Reply> TrySet(Running service, Place place)
    {
        var sent = _oracle.BeginSet(place);
        var reply = await service.Client.Set(place, WriteOracle.ValueOf(sent.Id));
        _oracle.End(place, sent, reply.Answer);
        return reply;
    }

    private async Task Delete(Running service, Place place)
    {
        var sent = _oracle.BeginDelete(place);
        var reply = await service.Client.Delete(place);
        _oracle.End(place, sent, reply.Answer);
        Assert.Equal(200, reply.Status);
        Assert.Equal(404, (await service.Client.Get(place)).Status);
    }

    private async Task DeleteMany(Running service, Place[] places)
    {
        var sent = Array.ConvertAll(places, _oracle.BeginDelete);
        var answers = (await service.Client.DeleteBatch(places)).BatchAnswers();
        Assert.All(answers, static answer => Assert.Equal(Answer.Acknowledged, answer));
        for (var i = 0; i < places.Length; i++)
        {
            _oracle.End(places[i], sent[i], answers[i]);
            Assert.Equal(404, (await service.Client.Get(places[i])).Status);
        }
    }

    // The segments that are there are used up first.
    private async Task<Reply> SetUntilRefused(Running service)
    {
        var reply = new Reply(201, "", null);
        for (var i = 0; i < 5000 && reply.Status == 201; i++)
        {
            reply = await TrySet(service, Numbered(i % 50 + 10));
        }

        return reply;
    }

    private static async Task ExpectReads(Running service)
    {
        Assert.Equal(200, (await service.Client.Get(Numbered(50))).Status);
        Assert.Equal(200, (await service.Client.List("default", "c1")).Status);
        Assert.Equal(4, (await service.Client.Info("default")).Strings("collections").Length);
    }
}
