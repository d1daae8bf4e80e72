using EdgeOrleans.Endurance.Tests.Kill;
using EdgeOrleans.Oracle;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Storage;

/// <summary>Another program has the database: the service serves, and goes on by itself when it is free again.</summary>
public sealed class LockedDatabaseTests
{
    private static readonly Place Old = new("default", "old", "k");
    private static readonly Place New = new("default", "new", "k");

    [Fact]
    public async Task Writers_locked_out_at_start_and_while_running_are_noticed_by_no_client()
    {
        using var directory = await WithSavedData();
        using (HeldDatabase.AgainstWriters(directory.DataPath))
        {
            await using var service = await Running.Start(directory, ("WriteBehind:SaveAfterMs", "10"));
            await ExpectAllWorks(service);
            await Task.Delay(1500);
            await ExpectAllWorks(service);
        }

        // Released after the kill: the journal alone has what was written.
        await using var again = await Running.Start(directory, ("WriteBehind:SaveAfterMs", "10"));
        Assert.Equal("2", (await again.Client.Get(New)).Raw("value"));
        using (HeldDatabase.AgainstWriters(directory.DataPath))
        {
            await ExpectAllWorks(again);
            await Task.Delay(1500);
            await ExpectAllWorks(again);
        }

        await Saved.Expect(again, directory, New, "2");
        Assert.Equal(200, (await again.Client.Health()).Status);
    }

    [Fact]
    public async Task Readers_locked_out_at_start_get_503_until_the_lock_is_gone()
    {
        using var directory = await WithSavedData();
        var held = HeldDatabase.AgainstAll(directory.DataPath);
        await using var service = await Running.Start(directory);
        Assert.Equal(200, (await service.Client.Live()).Status);
        var reply = await service.Client.Get(Old);
        Assert.Equal((503, "UNAVAILABLE"), (reply.Status, reply.Code));
        Assert.NotNull(reply.RetryAfter);
        reply = await service.Client.Set(New, "2");
        Assert.Equal((503, "UNAVAILABLE"), (reply.Status, reply.Code));
        Assert.Equal(200, (await service.Client.Live()).Status);

        held.Dispose();
        reply = await Running.Until(() => service.Client.Get(Old), static r => r.Status == 200);
        Assert.Equal("1", reply.Raw("value"));
        reply = await Running.Until(() => service.Client.Set(New, "2"), static r => r.Status == 201);
        Assert.Equal(201, reply.Status);
        Assert.Equal(0, (await service.Process.Stop()).Code);
    }

    private static async Task ExpectAllWorks(Running service)
    {
        Assert.Equal("1", (await service.Client.Get(Old)).Raw("value"));
        Assert.Equal(201, (await service.Client.Set(New, "2")).Status);
        Assert.Equal("2", (await service.Client.Get(New)).Raw("value"));
        Assert.Equal(200, (await service.Client.Health()).Status);
    }

    private static async Task<ServiceDirectory> WithSavedData()
    {
        var directory = new ServiceDirectory();
        await using var service = await Running.Start(directory);
        Assert.Equal(201, (await service.Client.Set(Old, "1")).Status);
        Assert.Equal(0, (await service.Process.Stop()).Code);
        Assert.True(SavedState.Read(directory.DataPath).Saves > 0);
        return directory;
    }
}
